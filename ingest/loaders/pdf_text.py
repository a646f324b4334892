"""Blocks of a PDF file as Markdown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from ingest.loaders.pdf_blocks import Block, Kind
from ingest.loaders.pdf_lines import HYPHEN, Line

# Below that is the level of the page marks.
MAX_LEVEL = 5
_PAGE_MARK_LEVEL = 6
_WORD_BEFORE = re.compile(r"([\w’']+)\x02$")
_WORD_AFTER = re.compile(r"[\w’']+")
# A line that Markdown would take for something else.
_LOOKS_LIKE_MARKUP = re.compile(r"^(?=#{1,6}(?:[ \t]|$)|<|```|~~~|>|(?:=+|-+)[ \t]*$)")
_BULLET = re.compile(r"^[•▪◦‣●○■·]\s+")


class PdfMarkdown:
    """Writes the blocks of one document. Each page's first block stands under an anchor `page=N`, which PDF viewers
    understand (RFC 8118, section 3, read 2026-11): that of a heading, else of an empty heading."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._words = Counter(
            word.casefold() for block in blocks for line in block.lines for word in re.findall(r"[\w’'-]+", line.text)
        )
        sizes = {block.size for block in blocks if block.kind is Kind.HEADING}
        self._levels = {size: min(place, MAX_LEVEL) for place, size in enumerate(sorted(sizes, reverse=True), 1)}
        self._page = 0

    def text(self) -> str:
        """The document."""
        return "\n\n".join(part for block in self._blocks for part in self._parts(block)) + "\n"

    def title(self) -> str:
        """Its largest heading, if that stands on the first two pages; else ""."""
        first = next((block for block in self._blocks if self._levels.get(block.size) == 1), None)
        return self._joined(first.lines) if first and first.kind is Kind.HEADING and first.page <= 2 else ""

    def _parts(self, block: Block) -> list[str]:
        anchor = f"{{#page={block.page}}}"
        turned, self._page = block.page != self._page, block.page
        if block.kind is Kind.HEADING:
            return [f"{'#' * self._levels[block.size]} {self._joined(block.lines)} {anchor}"]
        body = _code(block.lines) if block.kind is Kind.CODE else self._paragraph(block)
        return [f"{'#' * _PAGE_MARK_LEVEL} {anchor}", body] if turned else [body]

    def _paragraph(self, block: Block) -> str:
        starts = [0, *sorted(block.breaks), len(block.lines)]
        rows = (self._joined(block.lines[start:end]) for start, end in pairwise(starts))
        return "\n".join(_LOOKS_LIKE_MARKUP.sub(r"\\", _BULLET.sub("- ", row)) for row in rows)

    def _joined(self, lines: Sequence[Line]) -> str:
        text = ""
        before: Line | None = None
        for line in lines:
            if before is None:
                text = line.text
            elif text.endswith(HYPHEN):
                text = text[:-1] + self._hyphen(text, line.text) + line.text
            else:
                text += ("" if _touches(before, line) else " ") + line.text
            before = line
        return " ".join(text.replace(HYPHEN, "-").split())

    def _hyphen(self, text: str, after: str) -> str:
        """ "-" where the document writes the word with one elsewhere, or where a capital or a number follows."""
        left, right = _WORD_BEFORE.search(text), _WORD_AFTER.match(after)
        if left is None or right is None or not right.group()[0].islower():
            return "-"
        first, second = left.group(1).casefold(), right.group().casefold()
        if self._words[first + second]:
            return ""
        # Cut in two they stand here, so that words of their own are those that stand elsewhere as well.
        is_compound = self._words[f"{first}-{second}"] or min(self._words[first], self._words[second]) > 1
        return "-" if is_compound else ""


def _touches(before: Line, line: Line) -> bool:
    """Whether it stands right beside: an exponent, Chinese that goes on in the next line."""
    if before.page == line.page and abs(before.bottom - line.bottom) < 0.6 * max(before.size, line.size):
        return line.left - before.right < 0.08 * line.size
    return _is_ideograph(before.text[-1:]) and _is_ideograph(line.text[:1])


def _is_ideograph(character: str) -> bool:
    return "\u3000" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"


def _code(lines: Sequence[Line]) -> str:
    """Indented as it is printed: letters of one width tell how far."""
    left = min(line.left for line in lines)
    widths = sorted((line.right - line.left) / max(1, len(line.text)) for line in lines)
    width = widths[len(widths) // 2] or 1.0
    rows = [" " * min(80, round((line.left - left) / width)) + line.text.rstrip(HYPHEN) for line in lines]
    return "```\n" + "\n".join(row.replace("```", "'''") for row in rows) + "\n```"
