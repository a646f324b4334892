"""A text that is still being written, without the markup at its end that has no end yet. Pure."""

from __future__ import annotations

import re

_FENCE_LINE = re.compile(r"(?m)^[ \t]*(?:```|~~~)")
# "[words", "[words](https://shop.exam": the words alone; of "[1", nothing.
_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})(?:\]\([^()\s]{0,1000})?\Z")
# An item, a heading or a quote of which nothing stands there but its mark; a mark before the words it belongs to.
_LINE_MARK = re.compile(r"(?:\A|\n)[ \t]*(?:[-*+>]|\d{1,9}[.)]?|#{1,6})[ \t]*\Z")
_OPEN_MARK = re.compile(r"(?:\A|(?<=[\s(]))[*_~`]+\Z")
# The head of a table, or its last row, of which not all cells may be there.
_ROW = re.compile(r"(?:\A|\n)[ \t]*\|[^\n]*(?:\n[ \t]*\|[ \t:|-]*)?\Z")


def settled(text: str) -> str:
    """Give the text as it would look if it went on: open emphasis and code are closed, half a link is its words."""
    fences = [match.end() for match in _FENCE_LINE.finditer(text)]
    if len(fences) % 2:
        return text
    text = _ROW.sub("", text)
    text = _LINE_MARK.sub("", _OPEN_MARK.sub("", _LINK.sub(_words, text))).rstrip()
    paragraph = text[max(text.rfind("\n\n") + 1, *fences[-1:], 0) :]
    if paragraph.count("`") % 2:
        return f"{text}`"
    return text + "".join(mark for mark in ("~~", "**") if paragraph.count(mark) % 2 and not text.endswith(mark[0]))


def _words(match: re.Match[str]) -> str:
    return "" if match[1].isdigit() else match[1]
