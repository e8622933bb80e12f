"""Which files are taken as a teaching plan: told by their content."""

import pytest

from server_bridge.documents import MAX_SIZE, DocumentError, kind_of, read_document
from tests.fakes import office_files


@pytest.mark.parametrize("kind", ["pdf", "doc", "docx", "odt", "xlsx"])
def test_kinds_that_are_taken(kind: str) -> None:
    content: bytes = getattr(office_files, kind.upper())
    assert kind_of(content) == kind
    document = read_document("../kế  hoạch:dạy\n.exe", content)
    assert document.name == f"kế hoạch-dạy.{kind}"
    assert len(document.sha256) == 64


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"", "empty"),
        (b"%PDF-" + bytes(MAX_SIZE), "20 MB"),
        (office_files.TORN_PDF, "breaks off"),
        (office_files.XLS, "no PDF"),
        (office_files.ODS, "no PDF"),
        (office_files.JAR, "no PDF"),
        (b"MZ\x90\x00", "no PDF"),
        (b"<html></html>", "no PDF"),
        (office_files.DOCM, "macros"),
        (office_files.DOC_WITH_MACROS, "macros"),
        (office_files.ODT_WITH_MACROS, "macros"),
        (office_files.DOCX_WITH_PASSWORD, "password"),
        (office_files.TORN_DOCX, "damaged"),
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
        kind_of(office_files.bomb())


@pytest.mark.parametrize("name", ["", "..", "/", "con.pdf/", "." * 300])
def test_a_document_has_a_name_whatever_it_was_called(name: str) -> None:
    stem = read_document(name, office_files.PDF).name.removesuffix(".pdf")
    assert 0 < len(stem) <= 100
    assert not set(stem) & set('/\\:*?"<>|')
