"""Identify a file that somebody sent by its content, not by its name.

Office files are not unpacked: only the names and sizes of their parts are read. Signatures: PDF
`%PDF-` (ISO 32000-1, 7.5.2), OLE2 `D0CF11E0A1B11AE1` ([MS-CFB], 2.2), the parts of a ZIP by
ECMA-376 part 2 (`[Content_Types].xml`) and OpenDocument 1.2 part 3 (`mimetype`).
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePath

from gate_contract.errors import SchoolgateError
from server_bridge.i18n.names import tidy

MAX_SIZE = 20 * 2**20
MAX_UNPACKED = 200 * 2**20
MAX_PARTS = 10_000
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_ODT = b"application/vnd.oasis.opendocument.text"


class DocumentError(SchoolgateError):
    """The file is refused; the message says in both languages why, and what to send instead."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it was sent. `kind`: pdf, doc, docx, odt or xlsx; `name` ends with it."""

    name: str
    kind: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Return the hash of the content, in hex."""
        return sha256(self.content).hexdigest()


def read_document(name: str, content: bytes) -> Document:
    """Return the document sent as `name`. Raises DocumentError if its kind is not accepted."""
    kind = kind_of(content)
    stem = re.sub(r'[\\/:*?"<>|]', "-", tidy(PurePath(name).stem)).strip(" .-")[:100]
    return Document(f"{stem or 'document'}.{kind}", kind, content)


def kind_of(content: bytes) -> str:
    """Return the content's kind: pdf, doc, docx, odt or xlsx. Raises DocumentError for others."""
    if not content:
        raise DocumentError("the file is empty; choose another / tệp rỗng; hãy chọn tệp khác")
    if len(content) > MAX_SIZE:
        raise DocumentError(
            "the file is larger than 20 MB; make its pictures smaller or save it as PDF / "
            "tệp lớn hơn 20 MB; hãy giảm cỡ ảnh hoặc lưu thành PDF"
        )
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-2048:]:
            raise DocumentError(
                "the PDF breaks off; copy it again / tệp PDF bị cụt; hãy sao chép lại"
            )
        return "pdf"
    if content.startswith(_OLE):
        return _old_word(content)
    if content.startswith(b"PK"):
        return _packed(content)
    raise _unknown()


def _old_word(content: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise DocumentError(
            "the file has a password; save it without one / tệp có mật khẩu; hãy bỏ mật khẩu"
        )
    if "_VBA_PROJECT".encode("utf-16-le") in content:
        raise _macros()
    if "WordDocument".encode("utf-16-le") not in content:
        raise _unknown()
    return "doc"


def _packed(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise DocumentError(
                    "the file unpacks to far more than it is; save it anew / "
                    "tệp giải nén quá lớn; hãy lưu lại"
                )
            if "mimetype" in names:
                with archive.open("mimetype") as stream:
                    if stream.read(len(_ODT) + 1).strip() == _ODT:
                        if any(name.startswith("Basic/") for name in names):
                            raise _macros()
                        return "odt"
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        ValueError,
        EOFError,
    ) as error:
        raise DocumentError(
            "the file is damaged; copy it again / tệp bị hỏng; hãy sao chép lại"
        ) from error
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise _macros()
    if "[Content_Types].xml" in names:
        for part, kind in (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx")):
            if part in names:
                return kind
    raise _unknown()


def _macros() -> DocumentError:
    return DocumentError(
        "the file has macros; save it without them (docx, xlsx or PDF) / "
        "tệp có macro; hãy lưu lại không có macro (docx, xlsx hoặc PDF)"
    )


def _unknown() -> DocumentError:
    return DocumentError(
        "this is no PDF, Word, OpenDocument text or Excel file, whatever its name says / "
        "đây không phải tệp PDF, Word, OpenDocument hay Excel, dù tên tệp là gì"
    )
