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


def load_csv(path: Path, data: bytes) -> LoadedDocument:
    """One question and answer a row, in the order of the file."""
    text = decode_utf8(path, data)
    pairs = tuple(_pairs(path, text))
    if not pairs:
        raise EmptyDocument(f"{shown(path)} has column names but no rows: add some, or leave it out")
    return document_of(path, data, "", QuestionAnswers(pairs))


def _pairs(path: Path, text: str) -> Iterator[QuestionAnswer]:
    separator, question, answer = _columns(path, text.split("\n", 1)[0])
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    width = len(next(rows))
    for row in _valid(path, rows):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != width:
            raise DocumentUnreadable(
                f"{shown(path)} line {rows.line_num}: {len(row)} columns instead of {width};"
                " put text that holds separators into double quotes"
            )
        yield _pair(path, rows.line_num, row[question].strip(), row[answer].strip())


def _valid(path: Path, rows: Reader) -> Iterator[list[str]]:
    try:
        yield from rows
    except csv.Error as exc:
        raise DocumentUnreadable(
            f"{shown(path)} line {rows.line_num} is no valid CSV ({exc}): correct its quotes, or save it anew"
        ) from exc


def _pair(path: Path, line: int, question: str, answer: str) -> QuestionAnswer:
    if not question or not answer:
        missing = "answer" if question else "question"
        raise DocumentUnreadable(f"{shown(path)} line {line}: no {missing}; fill it in, or delete the row")
    return QuestionAnswer(question, answer)


def _columns(path: Path, header: str) -> tuple[str, int, int]:
    """The separator, and the places of the two columns."""
    for separator in _SEPARATORS:
        names = [name.strip().lower() for name in next(csv.reader([header], delimiter=separator), [])]
        if "question" in names and "answer" in names:
            return separator, names.index("question"), names.index("answer")
    raise DocumentUnreadable(f"{shown(path)}: its first line must name the columns 'question' and 'answer'")
