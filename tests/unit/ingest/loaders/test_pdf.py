"""PDF files: what becomes of their pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import DocumentTooLarge, DocumentUnreadable, EmptyDocument
from ingest.loaders.base import LoadedDocument, Markdown, RawDocument
from ingest.loaders.options import FurnitureRules, LoaderOptions, ReadingHints, ReadingLimits
from ingest.loaders.pdf import load_pdf
from tests.fakes.pdf_files import Text, of_objects, pdf, stream

LONG = "This line is long enough to reach the right edge of the text, or nearly so"


def load(data: bytes, options: LoaderOptions | None = None) -> LoadedDocument:
    return load_pdf(RawDocument("/faq.pdf", data), options or LoaderOptions())


def text_of(data: bytes, options: LoaderOptions | None = None) -> str:
    content = load(data, options).content
    assert isinstance(content, Markdown)
    assert content.slug_anchors is False
    return content.text.strip()


def paragraph(*lines: str, top: float = 700, left: float = 50, size: float = 10) -> list[Text]:
    return [Text(line, left, top - number * 1.2 * size, size) for number, line in enumerate(lines)]


def test_lines_become_paragraphs() -> None:
    """By the space between them, a sentence's end before the edge, and across pages where a sentence goes on."""
    pages = [
        paragraph(LONG, "and it goes on.") + paragraph(LONG, "Short end.", LONG + " and", top=600),
        paragraph("goes on here.", "A new one."),
    ]
    assert text_of(pdf(pages)).split("\n\n") == [
        "###### {#page=1}",
        f"{LONG} and it goes on.",
        f"{LONG} Short end.",
        f"{LONG} and goes on here.",
        "###### {#page=2}",
        "A new one.",
    ]


def test_headings_are_told_by_their_letters() -> None:
    """Larger ones by rank, bold ones below; each leads to its page, and so does text without a heading."""
    pages = [
        [Text("Our FAQ", 50, 750, 24), *paragraph(LONG, top=700), Text("Fees", 50, 650, 16), *paragraph(LONG, top=630)],
        [*paragraph(LONG, top=700), Text("Gold card", 50, 660, 10, "bold"), *paragraph(LONG, top=640)],
    ]
    document = load(pdf(pages))
    assert document.title == "Our FAQ"
    assert text_of(pdf(pages)).split("\n\n") == [
        "# Our FAQ {#page=1}",
        LONG,
        "## Fees {#page=1}",
        LONG,
        "###### {#page=2}",
        LONG,
        "### Gold card {#page=2}",
        LONG,
    ]


def test_bold_words_within_a_sentence_are_no_heading() -> None:
    """Nor are numbers in large letters."""
    lines = [Text(f"{LONG} is", 50, 700), Text("very important to know,", 50, 688, 10, "bold"), Text("42", 50, 600, 30)]
    assert text_of(pdf([lines])).split("\n\n") == ["###### {#page=1}", f"{LONG} is very important to know,", "42"]


def test_words_cut_at_line_ends_are_joined() -> None:
    """With their hyphen where the document writes them with one elsewhere, or where no word was cut."""
    lines = (
        "A well-known word of the text, which tells something about infor-",
        "mation in general, that the reader might think of as being well-",
        "known here, and as told in the New York-",
        "London timetable.",
    )
    assert text_of(pdf([paragraph(*lines)])).split("\n\n")[1] == (
        "A well-known word of the text, which tells something about information in general, that the reader might think"
        " of as being well-known here, and as told in the New York-London timetable."
    )


def test_what_repeats_in_the_margins_is_left_out() -> None:
    """Running heads and feet with their numbers; what repeats in the text stays."""
    pages = [
        [
            Text("ACME Manual, chapter 1", 50, 780, 8),
            Text(f"Page {number} of 4", 280, 20, 8),
            *paragraph("The same on every page.", f"Text number {number}.", top=500),
        ]
        for number in range(1, 5)
    ]
    text = text_of(pdf(pages))
    assert "ACME" not in text
    assert "of 4" not in text
    assert text.count("The same on every page.") == 4
    assert "Text number 3." in text


def test_what_browsers_print_around_a_page_is_left_out() -> None:
    """Date and title above, address and page number below, even of a single page."""
    page = [
        Text("11/22/26, 8:05 AM", 20, 785, 8),
        Text("https://example.org/faq/a-question?x=1", 20, 12, 8),
        Text("1/1", 570, 12, 8),
        *paragraph("The text.", top=500),
    ]
    assert text_of(pdf([page])) == "###### {#page=1}\n\nThe text."


def test_furniture_of_blogs_is_left_out() -> None:
    """Badges, reading time, claps, buttons, and the recommendations at the end."""
    first = [
        Text("Member-only story", 50, 760, 8),
        Text("How it works", 50, 720, 24),
        Text("Published in Some Letters · 11 min read · Dec 7, 2023", 50, 690, 8),
        Text("200 8", 50, 670, 8),
        Text("Follow", 50, 650, 8),
        *paragraph(LONG, "to the end.", top=600),
        Text("Share", 50, 500, 8),
    ]
    last = [
        *paragraph("The end.", top=700),
        Text("More from Somebody", 50, 600, 14),
        Text("Another story", 50, 560, 12),
        Text("· 7 min read · Dec 8, 2023", 50, 540, 8),
        Text("1.2K Followers", 50, 500, 8),
    ]
    assert text_of(pdf([first, last])).split("\n\n") == [
        "# How it works {#page=1}",
        f"{LONG} to the end.",
        "###### {#page=2}",
        "The end.",
    ]


def test_rules_for_lines_hold_here_too() -> None:
    """A line is matched as a whole."""
    options = LoaderOptions(hints=ReadingHints(furniture_rules=FurnitureRules(lines=("confidential.*",))))
    page = [*paragraph("Confidential, do not share", top=700), *paragraph("This is not confidential.", top=600)]
    assert text_of(pdf([page]), options) == "###### {#page=1}\n\nThis is not confidential."


def test_code_keeps_its_lines() -> None:
    """And how far they are set in; what looks like markup in a text stays text."""
    code = [Text("def f():", 50, 700, 10, "code"), Text("return 1", 74, 688, 10, "code")]
    text = text_of(pdf([[*code, *paragraph("# not a heading", top=600)]]))
    assert text == "###### {#page=1}\n\n```\ndef f():\n    return 1\n```\n\n\\# not a heading"


def test_rows_of_a_table_stay_apart() -> None:
    """Their cells stand far from each other."""
    rows = [
        Text(cell, left, 700 - 12 * number)
        for number, row in enumerate((("Card", "Fee", "Limit"), ("Gold", "5", "none"), ("Blue", "0", "100")))
        for cell, left in zip(row, (50, 200, 350), strict=True)
    ]
    assert text_of(pdf([rows])).split("\n\n")[1] == "Card Fee Limit\nGold 5 none\nBlue 0 100"


def test_columns_are_read_one_after_the_other() -> None:
    """A sentence goes on at the top of the next one."""
    left = paragraph("A first column of text that ends", "in the middle of a", left=50)
    right = paragraph("sentence, and its end.", left=320)
    assert "in the middle of a sentence, and its end." in text_of(pdf([left + right]))


def test_pages_without_text_are_noted() -> None:
    """They may be scanned."""
    document = load(pdf([paragraph("Text."), [], [], paragraph("More.")]))
    assert document.notes == ("/faq.pdf: 2 of 4 pages hold no text (pages 2, 3)",)


LOOP = of_objects([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>"])
MANY = of_objects([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 1000000 >>"])


@pytest.mark.parametrize(
    ("data", "error", "advice"),
    [
        (b"", DocumentUnreadable, "is a broken PDF file"),
        (b"%PDF-1.7", DocumentUnreadable, "is a broken PDF file"),
        (b"plain text", DocumentUnreadable, "is a broken PDF file"),
        (pdf([[]]), EmptyDocument, "perhaps they are scanned: run text recognition"),
        (LOOP, EmptyDocument, "has no text on its pages"),
        (MANY, DocumentTooLarge, "has 1000000 pages, the limit is 2000"),
        (pdf([paragraph("Follow")]), EmptyDocument, "besides page numbers and buttons"),
    ],
)
def test_what_holds_no_text_is_refused(data: bytes, error: type[Exception], advice: str) -> None:
    """Each with its reason, on one line."""
    with pytest.raises(error, match=rf"^/faq\.pdf.*{advice}") as refused:
        load(data)
    assert "\n" not in str(refused.value)


def test_text_beyond_the_limit_is_refused() -> None:
    """While the pages are read, not at the end."""
    with pytest.raises(DocumentTooLarge, match="more than 100 characters of text"):
        load(pdf([paragraph(LONG)] * 3), LoaderOptions(ReadingLimits(max_text_chars=100)))


def test_a_protected_file_is_told(shared_data: Path) -> None:
    """Nobody could be asked for the password."""
    path = shared_data / "torture" / "pdf" / "libreoffice-writer-password.pdf"
    with pytest.raises(DocumentUnreadable, match="is protected by a password: save it without one"):
        load(path.read_bytes())


def test_printed_articles_lose_their_furniture_only(shared_data: Path) -> None:
    """Web articles printed to PDF: headings, code and paragraphs are there, badges and buttons are not."""
    paths = sorted((shared_data / "printed-articles").glob("*.pdf"))
    texts = [text_of(path.read_bytes()) for path in paths]
    assert len(texts) == 4
    for text in texts:
        for furniture in ("Member-only", "min read", "Open in app", "Search Write", "View list", "Curated by"):
            assert furniture not in text
        assert "## Conclusion {#page=" in text
    assert "### Heuristic 3: Log-normal’s σ {#page=6}\n\nIn past articles of this series, we discussed" in texts[0]
    assert "\n    df = pd.read_csv('data/'+filename+'.csv')\n" in texts[0]
    assert "More from the list" not in texts[0]
    assert "## What is Causal Inference? {#page=5}" in texts[2]


def test_streams_that_are_no_text_do_no_harm() -> None:
    """Operators that nobody knows, and strings that never end."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
        stream(b"BT (((((" * 10_000),
    ]
    with pytest.raises(EmptyDocument):
        load(of_objects(objects))
