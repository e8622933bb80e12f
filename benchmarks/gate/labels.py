"""Read the ground truth: labels.tsv of photographs, truth.tsv of sequences.

Tables of other programs are read too: with a byte order mark, CRLF, a row of column names, rows of
remarks (`#`), further columns, or without the TAB before an empty text, which some editors remove.
"""

from collections import defaultdict
from pathlib import Path

from gate_contract.errors import SchoolgateError

TAB = "\t"
COLUMN_NAMES = frozenset({"file", "filename", "file name", "frame", "image", "name", "path"})
_UNESCAPE = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}


class BenchError(SchoolgateError):
    """A folder that cannot be measured; the message says what it lacks."""


def unescape(field: str) -> str:
    r"""Return the text of a field: `\\`, `\n`, `\t`, `\r` are one character each."""
    plain = []
    characters = iter(field)
    for character in characters:
        if character == "\\":
            following = next(characters, "\\")
            plain.append(_UNESCAPE.get(following, "\\" + following))
        else:
            plain.append(character)
    return "".join(plain)


def read_labels(file: Path) -> dict[str, list[str]]:
    """Map each file name to its texts, in the order of the rows; without text to an empty list.

    Raises:
        BenchError: there is no such file.
    """
    try:
        content = file.read_bytes().decode("utf-8-sig", "surrogateescape")
    except OSError as error:
        raise BenchError(f"{file}: {error.strerror}; each row is a file name TAB text") from error
    labels: dict[str, list[str]] = defaultdict(list)
    for number, row in enumerate(content.split("\n")):
        name, *fields = row.rstrip("\r").split(TAB)
        if not name or name.startswith("#"):
            continue
        if number == 0 and name.strip().lower() in COLUMN_NAMES:
            continue
        texts = labels[name.strip()]
        if fields and fields[0]:
            texts.append(plain(unescape(fields[0])))
    return dict(labels)


def unlabelled_codes(file: Path) -> dict[str, int]:
    """Return from meta.tsv (`3 codes`, `1 known`) how many codes of an image have no label."""
    missing: dict[str, int] = {}
    if not file.exists():
        return missing
    for row in file.read_text("utf-8").splitlines():
        fields = row.split(TAB)
        if len(fields) > 3 and fields[2].endswith("codes") and fields[3].endswith("known"):
            missing[fields[0]] = int(fields[2].split()[0]) - int(fields[3].split()[0])
    return missing


def plain(text: str) -> str:
    """Normalise a text as in the labels: line ends are one character, none at either end."""
    return text.replace("\r\n", "\n").strip()


def as_text(data: bytes) -> str:
    """Return the text of a code for a comparison with labels: UTF-8, else Shift-JIS or Latin-1."""
    for encoding in ("utf-8", "shift_jis"):
        try:
            return plain(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    return plain(data.decode("latin-1"))
