"""FAQs as tables: CSV files with a column of questions and one of answers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import DocumentUnreadable, EmptyDocument, shown
from ingest.loaders.base import LoadedDocument, QuestionAnswer, QuestionAnswers, document_of
from ingest.loaders.source_text import decode_utf8

if TYPE_CHECKING:
    from _csv import Reader

# Spreadsheets write the separator of their locale.
_SEPARATORS = (",", ";", "\t")


# More are not listed.
MAX_LINES_NOTED = 10


def load_csv(path: Path, data: bytes) -> LoadedDocument:
    """One question and answer a row, in the order of the file. Rows that lack one of them are left out, and noted."""
    rows = list(_rows(path, decode_utf8(path, data)))
    pairs = tuple(pair for _, pair in rows if pair.question and pair.answer)
    if not pairs:
        raise EmptyDocument(f"{shown(path)} has no row with a question and an answer: add some, or leave it out")
    incomplete = [line for line, pair in rows if not (pair.question and pair.answer)]
    return document_of(path, data, "", QuestionAnswers(pairs), _notes(path, incomplete))


def _notes(path: Path, incomplete: list[int]) -> tuple[str, ...]:
    if not incomplete:
        return ()
    lines = ", ".join(map(str, incomplete[:MAX_LINES_NOTED])) + (", …" if len(incomplete) > MAX_LINES_NOTED else "")
    rows = f"{len(incomplete)} row{'' if len(incomplete) == 1 else 's'}"
    return (f"{shown(path)}: left out {rows} without a question or without an answer (lines {lines})",)


def _rows(path: Path, text: str) -> Iterator[tuple[int, QuestionAnswer]]:
    """Each row that is not empty, with the line on which it ends."""
    separator, question, answer = _columns(path, text.split("\n", 1)[0])
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    width = len(next(rows))
    for row in _valid(path, rows):
        if any(cell.strip() for cell in row):
            if len(row) != width:
                raise DocumentUnreadable(
                    f"{shown(path)} line {rows.line_num}: {len(row)} columns instead of {width};"
                    " put text that holds separators into double quotes"
                )
            yield rows.line_num, QuestionAnswer(row[question].strip(), row[answer].strip())


def _valid(path: Path, rows: Reader) -> Iterator[list[str]]:
    try:
        yield from rows
    except csv.Error as exc:
        raise DocumentUnreadable(
            f"{shown(path)} line {rows.line_num} is no valid CSV ({exc}): correct its quotes, or save it anew"
        ) from exc


def _columns(path: Path, header: str) -> tuple[str, int, int]:
    """The separator, and the places of the two columns."""
    for separator in _SEPARATORS:
        names = [name.strip().lower() for name in next(csv.reader([header], delimiter=separator), [])]
        if "question" in names and "answer" in names:
            return separator, names.index("question"), names.index("answer")
    raise DocumentUnreadable(f"{shown(path)}: its first line must name the columns 'question' and 'answer'")
