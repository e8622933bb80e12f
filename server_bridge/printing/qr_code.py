"""The QR code of a card as a grid of modules."""

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import MODE_ALPHA_NUM, QRData

from gate_contract import base45
from gate_contract.card import PREFIX
from gate_contract.errors import SchoolgateError

LENGTH = 121
VERSION = 5
MODULES = 17 + 4 * VERSION
QUIET = 4
"""The white border that the standard asks for, in modules on each side."""
FULL = MODULES + 2 * QUIET


def modules(text: str) -> list[list[bool]]:
    """`MODULES` rows of `MODULES` values, dark is True, without the quiet border.

    Raises:
        SchoolgateError: `text` is not what `card_signing.sign` makes.
    """
    if (
        not text.startswith(PREFIX.decode())
        or not set(text) <= set(base45.ALPHABET)
        or len(text) != LENGTH
    ):
        raise SchoolgateError(f"{text[:20]!r}... is not a card's text; print what `sign` returns")
    code = qrcode.QRCode(version=VERSION, error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(QRData(text, mode=MODE_ALPHA_NUM))
    code.make(fit=False)
    return [[bool(dark) for dark in row] for row in code.get_matrix()]
