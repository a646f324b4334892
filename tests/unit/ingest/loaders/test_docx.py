"""Word documents."""

from __future__ import annotations

import io
import zipfile

import pytest

from ingest.errors import DocumentUnreadable, EmptyDocument
from ingest.loaders.base import LoadedDocument, Markdown, RawDocument
from ingest.loaders.docx import load_docx
from ingest.loaders.options import LoaderOptions, ReadingLimits
from tests.fakes.office_files import docx, paragraph, table, zip_file


def load(data: bytes) -> LoadedDocument:
    return load_docx(RawDocument("/faq.docx", data))


def test_headings_lists_and_tables_are_kept() -> None:
    """Whatever language the Word that wrote them speaks; pages of the file have no anchors."""
    item = (
        "<w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr></w:pPr>"
        "<w:r><w:rPr><w:b/></w:rPr><w:t>item</w:t></w:r></w:p>"
    )
    body = (
        paragraph("Our FAQ", "Titel")
        + "<w:p><w:pPr><w:pStyle w:val='berschrift2'/></w:pPr><w:bookmarkStart w:id='1' w:name='_Toc1'/><w:r><w:t>Fees"
        "</w:t></w:r><w:bookmarkEnd w:id='1'/></w:p>" + paragraph("# All &amp; every") + item
        + table([["Card", "EUR"], ["Gold", "5"]])
    )  # fmt: skip
    document = load(docx(body))
    assert document.title == "Our FAQ"
    assert document.content == Markdown(
        "# Our FAQ\n\n## Fees\n\n\\# All & every\n\n* **item**\n\n| Card | EUR |\n| --- | --- |\n| Gold | 5 |\n",
        slug_anchors=False,
    )


@pytest.mark.parametrize("body", ["", paragraph(" "), paragraph("", "Titel")])
def test_a_document_without_text_is_refused(body: str) -> None:
    """Pictures alone answer nobody."""
    with pytest.raises(EmptyDocument, match="holds no text"):
        load(docx(body))


ENTITIES = '<!DOCTYPE x [<!ENTITY a "lol">]>'


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (b"plain text", "is a broken zip file"),
        (docx(paragraph("x"))[:-30], "is a broken zip file"),
        (zip_file({"a.txt": "x"}), "is broken, or not what its name says"),
        (docx("<w:p>"), "is broken, or not what its name says"),
        (docx(paragraph("&a;"), f"<?xml version='1.0'?>{ENTITIES}"), "declares XML entities"),
        (docx("x", extra={"word/footnotes.xml": ENTITIES.encode("utf-16-le")}), "declares XML entities"),
        (docx("x", extra={"word/big.xml": " " * 9_000_000}), "unpacks to more than 100 times its size"),
        (docx("x", extra={"../../x.xml": " "}), "leads out of the archive"),
        (docx("<w:tbl><w:tr><w:tc>" * 2_000 + "</w:tc></w:tr></w:tbl>" * 2_000), "nested too deeply"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "of an old Office format, or protected by a password"),
    ],
)
def test_a_file_made_to_do_harm_is_refused(data: bytes, advice: str) -> None:
    """Before the library sees it, where that can be told; on one line."""
    with pytest.raises(DocumentUnreadable, match=rf"^/faq\.docx.*{advice}") as refused:
        load(data)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_too_large_unpacked_is_refused() -> None:
    """By what its parts declare together."""
    options = LoaderOptions(ReadingLimits(max_unpacked_mb=0.001))
    with pytest.raises(Exception, match=r"MB unpacked, the limit is 0\.001 MB"):
        load_docx(RawDocument("/faq.docx", docx(paragraph("x") * 100)), options)


def test_declared_entities_are_found_across_parts_of_a_read() -> None:
    """A megabyte of blanks in front, not packed, hides nothing."""
    blanks = "<?xml version='1.0'?>" + " " * ((1 << 20) - 25)
    data = docx("x", extra={})
    with zipfile.ZipFile(file := io.BytesIO(data), "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("word/comments.xml", blanks + ENTITIES)
    with pytest.raises(DocumentUnreadable, match="declares XML entities"):
        load(file.getvalue())
