"""Markdown tables, which Discord does not show, as code blocks with aligned columns."""

from __future__ import annotations

import re
import unicodedata

_RULE = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?")
_CELL_END = re.compile(r"(?<!\\)\|")


def tables_as_code(text: str) -> str:
    """Give the text, which must hold no code block itself, with each table (head, rule, rows) in a code block."""
    lines = text.split("\n")
    shown: list[str] = []
    position = 0
    while position < len(lines):
        end = _table_end(lines, position)
        if end > position:
            shown += ["```", *_aligned([lines[position], *lines[position + 2 : end]]), "```"]
            position = end
        else:
            shown.append(lines[position])
            position += 1
    return "\n".join(shown)


def _table_end(lines: list[str], start: int) -> int:
    """Give the position behind the table that begins at `start`; `start` itself if none does."""
    if start + 1 >= len(lines) or "|" not in lines[start]:
        return start
    rule = lines[start + 1].strip()
    if "|" not in rule or not _RULE.fullmatch(rule):
        return start
    end = start + 2
    while end < len(lines) and "|" in lines[end]:
        end += 1
    return end


def _aligned(rows: list[str]) -> list[str]:
    table = [_cells(row) for row in rows]
    columns = max(map(len, table))
    padded = [row + [""] * (columns - len(row)) for row in table]
    widths = [max(_width(row[column]) for row in padded) for column in range(columns)]
    lines = ["  ".join(_filled(cell, width) for cell, width in zip(row, widths, strict=True)) for row in padded]
    rule = "  ".join("-" * width for width in widths)
    return [line.rstrip() for line in (lines[0], rule, *lines[1:])]


def _cells(row: str) -> list[str]:
    """Give the row's cells; a backtick could end the code block, and would be shown as such in it."""
    inner = row.strip().removeprefix("|").removesuffix("|")
    return [cell.strip().replace("\\|", "|").replace("`", "") for cell in _CELL_END.split(inner)]


def _filled(cell: str, width: int) -> str:
    return cell + " " * (width - _width(cell))


def _width(text: str) -> int:
    """Give the columns that the text takes in a fixed-width font; Chinese characters and most emoji take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
