"""Blocks of one section into texts of chunk size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.blocks import Block
from ingest.cut import MAX_CHARS_PER_TOKEN, Cutter, Frame

# A text shorter than this part of the room stands before a block that is too long, rather than alone: "The fees are:".
_LEAD_IN = 4


@dataclass(frozen=True, slots=True)
class Packing:
    """`room` in tokens for a text, and the `overlap` with the one before where prose is cut."""

    cutter: Cutter
    room: int
    overlap: int

    def texts(self, blocks: Iterable[Block]) -> Iterator[str]:
        """The blocks in their order, as many together as fit. One that fits is kept whole; of one that doesn't, each
        part of a table has its head, of code its fences."""
        held, used = "", 0
        for block in blocks:
            size = self.cutter.size(block.text) if self._may_fit(block.text) else self.room + 1
            if held and used + size <= self.room:
                held, used = f"{held}\n\n{block.text}", used + size
                continue
            if size <= self.room:
                yield from _present(held)
                held, used = block.text, size
                continue
            lead_in = held if used * _LEAD_IN <= self.room else ""
            if not lead_in:
                yield from _present(held)
            *whole, held = self._parts(block, lead_in)
            yield from whole
            used = self.cutter.size(held)
        yield from _present(held)

    def _may_fit(self, text: str) -> bool:
        return len(text) <= self.room * MAX_CHARS_PER_TOKEN

    def _parts(self, block: Block, lead_in: str) -> list[str]:
        if block.kind == "prose":
            text = f"{lead_in}\n\n{block.text}" if lead_in else block.text
            return list(self.cutter.prose(text, self.room, self.overlap)) or [""]
        room = self.room - self.cutter.size(lead_in)
        first, *others = list(self._cut(block, room)) or [""]
        return [f"{lead_in}\n\n{first}" if lead_in else first, *others]

    def _cut(self, block: Block, room: int) -> Iterator[str]:
        if block.kind == "table":
            head, *rows = block.parts or [""]
            return self.cutter.lines(rows, Frame(head), room)
        if block.kind == "list":
            return self.cutter.lines(block.parts, Frame(), room)
        lines = block.text.split("\n")
        if lines[0].lstrip().startswith(("```", "~~~")):
            fence = lines[0].lstrip()
            end = lines[-1].strip() if len(lines) > 1 and lines[-1].strip().startswith(fence[:3]) else ""
            return self.cutter.lines(lines[1 : len(lines) - bool(end)], Frame(lines[0], end or fence[:3]), room)
        return self.cutter.lines(lines, Frame(), room)


def _present(text: str) -> Iterator[str]:
    if text:
        yield text
