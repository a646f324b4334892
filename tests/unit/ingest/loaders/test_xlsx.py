"""FAQs in spreadsheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import pytest

from ingest.errors import DocumentUnreadable, EmptyDocument
from ingest.loaders.base import LoadedDocument, QuestionAnswer, QuestionAnswers, RawDocument
from ingest.loaders.options import LoaderOptions, ReadingHints
from ingest.loaders.xlsx import load_xlsx
from tests.fakes.office_files import xlsx, xlsx_with

HEADER = ("Question", "Answer")


def load(data: bytes, hints: ReadingHints | None = None) -> LoadedDocument:
    return load_xlsx(RawDocument("/faq.xlsx", data), LoaderOptions(hints=hints or ReadingHints()))


def pairs(document: LoadedDocument) -> list[tuple[str, str]]:
    assert isinstance(document.content, QuestionAnswers)
    return [(pair.question, pair.answer) for pair in document.content.pairs]


def test_every_sheet_with_the_columns_is_read() -> None:
    """In the order of the workbook; other sheets and incomplete rows are noted."""
    document = load(
        xlsx(
            {
                "Cover": [["Our FAQ"], ["Version", 3]],
                "Money": [["FAQ about money"], [], ["Nr", "Frage", "Antwort"], [1, "Why?", "So."], [2, "When?", None]],
                "Time": [HEADER, ["Until when?", "Five."]],
            }
        )
    )
    assert document.content == QuestionAnswers((QuestionAnswer("Why?", "So."), QuestionAnswer("Until when?", "Five.")))
    assert document.notes == (
        "/faq.xlsx: left out 1 row without a question or without an answer (lines Money!5)",
        "/faq.xlsx: left out the sheet 'Cover' without columns 'question' and 'answer' (it has: Our FAQ)",
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (12, "12"),
        (12.0, "12"),
        (1.5, "1.5"),
        (True, "True"),
        (date(2026, 11, 22), "2026-11-22"),
        (datetime(2026, 11, 22, 8, 30), "2026-11-22 08:30:00"),  # noqa: DTZ001 - spreadsheets know no time zones
        (" text ", "text"),
    ],
)
def test_cells_read_as_they_are_shown(value: object, expected: str) -> None:
    """Numbers and dates as well."""
    assert pairs(load(xlsx({"S": [HEADER, ["Why?", value]]}))) == [("Why?", expected)]


def test_a_sheet_without_names_is_told_by_its_questions() -> None:
    """As a table in a CSV file is."""
    assert pairs(load(xlsx({"S": [["Why?", "So."], ["When?", "Now."]]}))) == [("Why?", "So."), ("When?", "Now.")]


def test_hints_name_the_columns() -> None:
    """An unknown one is refused with those there are."""
    data = xlsx({"S": [["Topic", "Text"], ["Pay", "In cash."]]})
    assert pairs(load(data, ReadingHints("topic", "text"))) == [("Pay", "In cash.")]
    with pytest.raises(DocumentUnreadable, match="no column 'reply': name one of Topic, Text"):
        load(data, ReadingHints("topic", "reply"))


@pytest.mark.parametrize(
    ("sheets", "error", "advice"),
    [
        ({"S": [["a", "b"], ["c", "d"]]}, DocumentUnreadable, "no sheet names the columns 'question' and 'answer'"),
        ({"S": []}, DocumentUnreadable, "no sheet names the columns"),
        ({"S": [HEADER, ["Why?", ""]]}, EmptyDocument, "no row with a question and an answer"),
    ],
)
def test_a_workbook_without_pairs_is_refused(
    sheets: Mapping[str, Sequence[Sequence[object]]], error: type[Exception], advice: str
) -> None:
    """With what to do."""
    with pytest.raises(error, match=advice):
        load(xlsx(sheets))


def test_the_claimed_size_of_a_sheet_is_not_believed() -> None:
    """Nor are cells looked at that lie far to the right, nor rows beyond what sheets can have."""
    cell = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'
    rows = (
        f"<row r='1'>{cell.format('A1', 'question')}{cell.format('B1', 'answer')}</row>"
        f"<row r='3'>{cell.format('A3', 'Why?')}{cell.format('B3', 'So.')}{cell.format('XFD3', 'far')}</row>"
        f"<row r='99999999999'>{cell.format('A9', 'When?')}{cell.format('B9', 'Now.')}</row>"
    )
    assert pairs(load(xlsx_with(rows))) == [("Why?", "So.")]


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (b"PK\x03\x04 nothing", "is a broken zip file"),
        (b"question,answer\n", "is a broken zip file"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "of an old Office format, or protected by a password"),
        (xlsx_with("<row r='1'><c r='A1' t='s'><v>77</v></c></row>"), "is broken, or not what its name says"),
        (xlsx_with("<row"), "is broken, or not what its name says"),
    ],
)
def test_a_broken_workbook_is_refused(data: bytes, advice: str) -> None:
    """On one line, whatever the library makes of it."""
    with pytest.raises(DocumentUnreadable, match=rf"^/faq\.xlsx.*{advice}") as refused:
        load(data)
    assert "\n" not in str(refused.value)
