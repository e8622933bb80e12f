"""Files as schools send them, and as they should not; each is named for what it is."""

import io
import zipfile

OLE = bytes.fromhex("D0CF11E0A1B11AE1")
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
DOC = OLE + bytes(504) + "WordDocument".encode("utf-16-le")
XLS = OLE + bytes(504) + "Workbook".encode("utf-16-le")
DOC_WITH_MACROS = DOC + "_VBA_PROJECT".encode("utf-16-le")
DOCX_WITH_PASSWORD = OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le")
TORN_PDF = PDF[:20]


def packed(*names: str, **parts: bytes) -> bytes:
    """Return a ZIP archive; `names` are parts with little in them."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        for name in names:
            archive.writestr(name, b"<x/>")
    return stream.getvalue()


DOCX = packed("[Content_Types].xml", "word/document.xml")
XLSX = packed("[Content_Types].xml", "xl/workbook.xml")
DOCM = packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")
ODT = packed("content.xml", mimetype=b"application/vnd.oasis.opendocument.text")
ODT_WITH_MACROS = packed("Basic/x.xml", mimetype=b"application/vnd.oasis.opendocument.text")
ODS = packed("content.xml", mimetype=b"application/vnd.oasis.opendocument.spreadsheet")
JAR = packed("META-INF/MANIFEST.MF")
TORN_DOCX = DOCX[:60]


def bomb() -> bytes:
    """Return a small file that has 250 MB when unpacked."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", b"")
        with archive.open("word/document.xml", "w") as part:
            for _ in range(250):
                part.write(bytes(2**20))
    return stream.getvalue()
