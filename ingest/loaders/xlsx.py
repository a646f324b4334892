"""FAQs as spreadsheets."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import chain, islice

from ingest.errors import DocumentUnreadable, shown
from ingest.loaders.base import LoadedDocument, RawDocument
from ingest.loaders.columns import columns_told, named_columns
from ingest.loaders.office import check_office_file, refused_if_broken
from ingest.loaders.options import DEFAULT_OPTIONS, LoaderOptions, ReadingHints
from ingest.loaders.pairs import Pairs, Row, nameless_columns

# Above the names of the columns people write a title, a date, a note.
MAX_ROWS_ABOVE = 10
# Excel's own limit, which broken files exceed; and of columns it has 16,384, but nobody's questions stand beyond these.
MAX_ROWS = 1_048_576
MAX_COLUMNS = 256


def load_xlsx(raw: RawDocument, options: LoaderOptions = DEFAULT_OPTIONS) -> LoadedDocument:
    """One question and answer a row, sheet after sheet. Sheets without such columns and rows without a question or an
    answer are left out, and noted. Of formulas the value is taken that was last shown."""
    check_office_file(raw, options.limits)
    pairs, notes, missing = Pairs(), [], None
    with refused_if_broken(raw.uri):
        for name, rows in _sheets(raw.data):
            try:
                told = _add_sheet(raw.uri, name, rows, options.hints, pairs)
            except DocumentUnreadable as exc:
                missing, told = (
                    missing or exc,
                    f"{shown(raw.uri)}: left out the sheet '{shown(name)}' without the columns",
                )
            notes += [told] if told else []
    if not pairs.found and not pairs.incomplete:
        raise missing or DocumentUnreadable(
            f"{shown(raw.uri)}: no sheet names the columns 'question' and 'answer' in its first rows: name them"
        )
    return pairs.document(raw, notes)


def _sheets(data: bytes) -> Iterator[tuple[str, Iterator[Row]]]:
    import openpyxl

    workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    for sheet in workbook.worksheets:
        # What a file declares as its size may be far from what it holds.
        sheet.reset_dimensions()
        yield sheet.title, _rows(sheet.title, sheet.iter_rows(max_row=MAX_ROWS, values_only=True))


def _rows(sheet: str, values: Iterator[Sequence[object]]) -> Iterator[Row]:
    for number, row in enumerate(values, 1):
        if any(value is not None for value in row):
            yield Row(f"{sheet}!{number}", [_text(value) for value in row[:MAX_COLUMNS]])


def _add_sheet(uri: str, name: str, rows: Iterator[Row], hints: ReadingHints, pairs: Pairs) -> str:
    """Add the sheet's pairs; a note if it has none."""
    top = list(islice(rows, MAX_ROWS_ABOVE))
    missing = None
    for place, row in enumerate(top):
        try:
            columns = named_columns(uri, row.cells, hints)
        except DocumentUnreadable as exc:
            missing = missing or exc
            continue
        if columns is not None:
            pairs.add(chain(top[place + 1 :], rows), columns)
            return ""
    if missing is not None:
        raise missing
    everything = [*top, *rows]
    if everything and (found := nameless_columns(everything)):
        columns, has_header = found
        pairs.add(everything[1:] if has_header else everything, columns)
        return f"{shown(uri)}: took the first row of '{shown(name)}' for column names" if has_header else ""
    held = columns_told(top[0].cells) if top else "nothing"
    return f"{shown(uri)}: left out the sheet '{shown(name)}' without columns 'question' and 'answer' (it has: {held})"


def _text(value: object) -> str:
    """A cell as it reads: whole numbers without ".0", dates as 2026-11-22."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date | time) else str(value)
