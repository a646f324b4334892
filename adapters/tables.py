"""Tables for readers who see plain text: aligned columns, or each row as a line that names its columns. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Table:
    """Cells in plain words on one line each, the head's first; rows may be longer or shorter than the head. `is_right`
    tells for each column of the head whether it is set to the right."""

    rows: Sequence[Sequence[str]]
    is_right: Sequence[bool]


def aligned(table: Table, max_columns: int) -> str:
    """Give the table with a rule below its head, for a fixed-width font; "" if it takes more than `max_columns`.
    Chinese characters and emoji are two columns wide."""
    count = max(map(len, table.rows))
    rows = [[*row, *[""] * (count - len(row))] for row in table.rows]
    widths = [max(1, *(cell_len(row[column]) for row in rows)) for column in range(count)]
    if sum(widths) + 2 * (count - 1) > max_columns:
        return ""
    is_right = [*table.is_right, *[False] * (count - len(table.is_right))]
    lines = ["  ".join(map(_filled, row, widths, is_right)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def records(table: Table) -> list[str]:
    """Give a line for each row: "head: cell; head: cell"."""
    head, *rows = table.rows
    if not rows:
        return ["; ".join(filter(None, head))]
    return [_record(head, row) for row in rows]


def _record(head: Sequence[str], row: Sequence[str]) -> str:
    cells = [*row, *[""] * (len(head) - len(row))]
    named = [f"{name}: {cell or NOTHING}" if name else cell for name, cell in zip(head, cells, strict=False)]
    return "; ".join(filter(None, [*named, *row[len(head) :]]))


def _filled(cell: str, width: int, is_right: bool) -> str:
    blank = " " * (width - cell_len(cell))
    return blank + cell if is_right else cell + blank
