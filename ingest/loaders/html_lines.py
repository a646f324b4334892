"""Furniture that only its words tell, in a page's Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.loaders.furniture_lines import is_furniture, is_furniture_alone
from ingest.loaders.options import FurnitureRules

_FENCE = re.compile(r"[ \t]*(?:```|~~~)")
# Structure keeps its words: headings, rows of tables, quotes.
_KEPT = re.compile(r"[ \t]*(?:#{1,6} |\||>)")
_BULLET = re.compile(r"[ \t]*(?:[*+-]|\d+[.)])[ \t]+")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
_MARKS = re.compile(r"[*_`\\]+")
# What markdownify makes of <br>: within a paragraph, lines that the page itself shows as lines.
_LINE_BREAK = re.compile(r"  \n|\\\n")


def without_furniture_lines(markdown: str, rules: FurnitureRules) -> str:
    """The Markdown without paragraphs, and lines set apart in them, that are furniture as a whole."""
    kept = (_reduced(block, rules) for block in _blocks(markdown))
    return "\n\n".join(block for block in kept if block).strip() + "\n"


def _blocks(markdown: str) -> Iterator[str]:
    """What stands between blank lines; code between fences is one block."""
    block: list[str] = []
    fenced = False
    for line in markdown.split("\n"):
        fenced ^= _FENCE.match(line) is not None
        if line.strip() or fenced:
            block.append(line)
        elif block:
            yield "\n".join(block)
            block = []
    if block:
        yield "\n".join(block)


def _reduced(block: str, rules: FurnitureRules) -> str:
    if _KEPT.match(block) or _FENCE.search(block):
        return block
    if _BULLET.match(block):
        return "\n".join(line for line in block.split("\n") if not is_furniture(_plain(_BULLET.sub("", line)), rules))
    lines = _LINE_BREAK.split(block)
    # Given expressions may end with ".*", and are for one line.
    if is_furniture_alone(_plain(block), rules if len(lines) == 1 else FurnitureRules()):
        return ""
    return "  \n".join(line for line in lines if not is_furniture(_plain(line), rules))


def _plain(text: str) -> str:
    """The words as they are shown."""
    return _MARKS.sub("", _LINK.sub(r"\1", text))
