"""Lines of pages to paragraphs, headings and code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from ingest.loaders.pdf_letters import Letters
from ingest.loaders.pdf_lines import HYPHEN, Line

# Of headings, against the letters of the text around them.
LARGER = 1.15
BOLDER = 1.2
MAX_HEADING_CHARS = 150
MIN_HEADING_LETTERS = 2
# Lines of one paragraph stand as close as most lines of their size do, give or take this.
LOOSE_PITCH = 1.25
DEFAULT_PITCH = 1.6
INDENT = 0.7
_ENDS = re.compile(r"[.!?:;。！？：…][\"'”’»)\]]*$")
_BULLET = re.compile(r"(?:[•▪◦‣●○■–—*·-]|\(?\d{1,3}[.)]|\[\d{1,3}\]|[a-z]\))\s+\S")


class Kind(Enum):
    """What a block is."""

    TEXT = "text"
    HEADING = "heading"
    CODE = "code"


@dataclass(slots=True)
class Block:
    """Lines that belong together; `page` is where it begins. `breaks` are the places of lines that were begun on
    purpose, as in tables and addresses."""

    kind: Kind
    lines: list[Line] = field(default_factory=list)
    breaks: set[int] = field(default_factory=set)

    @property
    def page(self) -> int:
        return self.lines[0].page

    @property
    def size(self) -> float:
        return max(line.size for line in self.lines)


def blocks_of(lines: Iterable[Line], letters: Letters) -> Iterator[Block]:
    """The blocks in the order of the lines."""
    block: Block | None = None
    for line in lines:
        kind = _kind(line, letters)
        if block is not None and _is_one(block, kind, line, letters):
            if _is_break(block, line, letters):
                block.breaks.add(len(block.lines))
            block.lines.append(line)
            continue
        if block is not None:
            yield _settled(block)
        block = Block(kind, [line])
    if block is not None:
        yield _settled(block)


def _is_one(block: Block, kind: Kind, line: Line, letters: Letters) -> bool:
    """Whether the line belongs to the block. A sentence of which one line is bold is no heading: the block becomes
    text."""
    if kind is block.kind:
        return _goes_on(block, line, letters)
    before = block.lines[-1]
    if Kind.CODE in (kind, block.kind) or before.size != line.size or not _is_cut(before.text, line.text):
        return False
    goes_on = _goes_on(block, line, letters)
    block.kind = Kind.TEXT if goes_on else block.kind
    return goes_on


def _settled(block: Block) -> Block:
    """What is too long for a heading, or reads like a sentence, is text in large or bold letters."""
    text = " ".join(line.text for line in block.lines)
    names_something = sum(character.isalpha() for character in text) >= MIN_HEADING_LETTERS
    is_sentence = len(text) > MAX_HEADING_CHARS or text.endswith((".", ",", ";"))
    if block.kind is Kind.HEADING and (is_sentence or not names_something):
        block.kind = Kind.TEXT
    return block


def _kind(line: Line, letters: Letters) -> Kind:
    if line.fixed_pitch:
        return Kind.CODE
    if line.size > letters.size * LARGER:
        return Kind.HEADING
    heavier = line.weight > letters.weight * BOLDER > 0
    if line.size >= letters.size and (line.bold or heavier) and not line.has_cells and not _BULLET.match(line.text):
        return Kind.HEADING
    return Kind.TEXT


def _goes_on(block: Block, line: Line, letters: Letters) -> bool:
    before = block.lines[-1]
    if _same_row(before, line):
        return True
    if abs(before.size - line.size) > 0.1 * before.size or (
        before.page == line.page and _starts_anew(block, line, letters)
    ):
        return before.text.endswith(HYPHEN) and before.size == line.size
    if before.page != line.page or line.bottom > before.bottom:
        # On the next page, or in the next column.
        return block.kind is Kind.CODE or _is_cut(before.text, line.text)
    return True


def _same_row(before: Line, line: Line) -> bool:
    """Beside it: an exponent, a cell, text after a gap."""
    height = max(before.size, line.size)
    return before.page == line.page and abs(before.bottom - line.bottom) < 0.6 * height and line.left > before.left


def _starts_anew(block: Block, line: Line, letters: Letters) -> bool:
    before = block.lines[-1]
    pitch = letters.pitch.get(before.size, before.size * DEFAULT_PITCH) * LOOSE_PITCH
    if before.bottom - line.bottom > (pitch * 1.6 if block.kind is Kind.CODE else pitch):
        return True
    if block.kind is not Kind.TEXT:
        return False
    if _BULLET.match(line.text):
        return True
    ended = _ENDS.search(before.text) is not None
    if ended and _has_room(before, line, letters):
        return True
    indented = abs(line.left - before.left) > INDENT * line.size
    return indented and line.bottom < before.bottom and len(block.lines) > 1 and ended


def _is_break(block: Block, line: Line, letters: Letters) -> bool:
    before = block.lines[-1]
    is_below = before.page == line.page and line.bottom < before.bottom and not _same_row(before, line)
    is_row = before.has_cells or line.has_cells
    return block.kind is Kind.TEXT and is_below and (is_row or _has_room(before, line, letters))


def _has_room(before: Line, line: Line, letters: Letters) -> bool:
    """Whether the line's first word would have stood on the line before: then it was begun anew on purpose."""
    if before.text.endswith(HYPHEN):
        return False
    word = len(line.text.split(" ", 1)[0]) * (line.right - line.left) / len(line.text)
    return before.right + 1.2 * word + 0.5 * line.size < letters.edge(before)


def _is_cut(before: str, after: str) -> bool:
    """Whether a sentence goes on."""
    return before.endswith((HYPHEN, ",")) or (_ENDS.search(before) is None and after[:1].islower())
