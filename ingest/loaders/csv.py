"""FAQs as tables: CSV files with a column of questions and one of answers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest.errors import DocumentUnreadable, shown
from ingest.loaders.base import LoadedDocument, RawDocument
from ingest.loaders.columns import Columns, columns_told, named_columns
from ingest.loaders.options import DEFAULT_OPTIONS, LoaderOptions, ReadingHints
from ingest.loaders.pairs import Pairs, Row, marked_questions, nameless_columns
from ingest.loaders.source_text import decode_utf8

if TYPE_CHECKING:
    from _csv import Reader

# Spreadsheets write the separator of their locale.
_SEPARATORS = (",", ";", "\t")
MAX_HEADER_CHARS = 100_000
# Excel's own first line, which names the separator.
_SEPARATOR_LINE = re.compile(r"sep=([,;\t])\n")


def load_csv(raw: RawDocument, options: LoaderOptions = DEFAULT_OPTIONS) -> LoadedDocument:
    """One question and answer a row, in the order of the file. Rows that lack one of them are left out, and noted."""
    text = decode_utf8(raw)
    told = _SEPARATOR_LINE.match(text)
    separators: tuple[str, ...] = (told.group(1),) if told else _SEPARATORS
    skipped = 1 if told else 0
    text = text[told.end() :] if told else text
    separators = tuple(sorted(separators, key=lambda separator: -len(_header(text, separator))))
    for separator, columns in _named(raw, text, separators, options.hints):
        pairs = Pairs()
        pairs.add(_rows(raw, text, separator, skipped, has_header=True), columns)
        return pairs.document(raw)
    return _load_nameless(raw, text, separators, skipped)


def _named(
    raw: RawDocument, text: str, separators: tuple[str, ...], hints: ReadingHints
) -> Iterator[tuple[str, Columns]]:
    """The separators with which the first line names the columns. Raises DocumentUnreadable where it lacks a name that
    the hints have."""
    missing = None
    for separator in separators:
        try:
            columns = named_columns(raw.uri, _header(text, separator), hints)
        except DocumentUnreadable as exc:
            missing = missing or exc
        else:
            if columns is not None:
                yield separator, columns
    if missing is not None:
        raise missing


def _load_nameless(raw: RawDocument, text: str, separators: tuple[str, ...], skipped: int) -> LoadedDocument:
    tables = [rows for separator in separators if (rows := _table(raw, text, separator, skipped))]
    found = [(rows, *guess) for rows in tables if (guess := nameless_columns(rows))]
    if not found:
        raise DocumentUnreadable(
            f"{shown(raw.uri)}: its first line must name the columns 'question' and 'answer' (it has:"
            f" {columns_told(_header(text, separators[0]))})"
        )
    rows, columns, has_header = max(found, key=lambda table: marked_questions(table[0], table[1]))
    pairs = Pairs()
    pairs.add(rows[1:] if has_header else rows, columns)
    names = columns_told(rows[0].cells)
    return pairs.document(raw, (f"{shown(raw.uri)}: took line 1 for column names ({names})",) if has_header else ())


def _table(raw: RawDocument, text: str, separator: str, skipped: int) -> list[Row]:
    """All rows; none where this separator makes no table of the text."""
    try:
        return list(_rows(raw, text, separator, skipped, has_header=False))
    except DocumentUnreadable:
        return []


def _header(text: str, separator: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text[:MAX_HEADER_CHARS], newline=""), delimiter=separator), [])
    except csv.Error:
        return []


def _rows(raw: RawDocument, text: str, separator: str, skipped: int, *, has_header: bool) -> Iterator[Row]:
    """Each row that is not empty, with the line on which it ends."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    width = 0
    for row in _valid(raw, reader, skipped):
        if any(cell.strip() for cell in row) or (has_header and not width):
            line = reader.line_num + skipped
            if width and len(row) != width:
                raise DocumentUnreadable(
                    f"{shown(raw.uri)} line {line}: {len(row)} columns instead of {width};"
                    " put text that holds separators into double quotes"
                )
            if width or not has_header:
                yield Row(str(line), row)
            width = len(row)


def _valid(raw: RawDocument, rows: Reader, skipped: int) -> Iterator[list[str]]:
    try:
        yield from rows
    except csv.Error as exc:
        raise DocumentUnreadable(
            f"{shown(raw.uri)} line {rows.line_num + skipped} is no valid CSV ({exc}):"
            " correct its quotes, or save it anew"
        ) from exc
