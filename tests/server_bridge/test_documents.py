"""Which files are taken as a teaching plan: told by their content."""

import pytest

from server_bridge.documents import MAX_SIZE, DocumentError, kind_of, read_document
from tests.builders import documents


@pytest.mark.parametrize("kind", ["pdf", "doc", "docx", "odt", "xlsx"])
def test_kinds_that_are_taken(kind: str) -> None:
    content: bytes = getattr(documents, kind.upper())
    assert kind_of(content) == kind
    document = read_document("../kế  hoạch:dạy\n.exe", content)
    assert document.name == f"kế hoạch-dạy.{kind}"
    assert len(document.sha256) == 64


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"", "empty"),
        (b"%PDF-" + bytes(MAX_SIZE), "20 MB"),
        (documents.TORN_PDF, "breaks off"),
        (documents.XLS, "no PDF"),
        (documents.ODS, "no PDF"),
        (documents.JAR, "no PDF"),
        (b"MZ\x90\x00", "no PDF"),
        (b"<html></html>", "no PDF"),
        (documents.DOCM, "macros"),
        (documents.DOC_WITH_MACROS, "macros"),
        (documents.ODT_WITH_MACROS, "macros"),
        (documents.DOCX_WITH_PASSWORD, "password"),
        (documents.TORN_DOCX, "damaged"),
    ],
    ids=[
        *("empty", "too large", "torn pdf", "xls", "ods", "jar", "program", "html"),
        *("docm", "doc with macros", "odt with macros", "docx with password", "torn docx"),
    ],
)
def test_files_that_are_refused_in_both_languages(content: bytes, named: str) -> None:
    with pytest.raises(DocumentError, match=named) as refused:
        kind_of(content)
    assert "tệp" in str(refused.value).split(" / ")[1]


def test_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(DocumentError, match="unpacks"):
        kind_of(documents.bomb())


@pytest.mark.parametrize("name", ["", "..", "/", "con.pdf/", "." * 300])
def test_a_document_has_a_name_whatever_it_was_called(name: str) -> None:
    stem = read_document(name, documents.PDF).name.removesuffix(".pdf")
    assert 0 < len(stem) <= 100
    assert not set(stem) & set('/\\:*?"<>|')
