"""Discord's Markdown: https://docs.discord.com/developers/reference#message-formatting (checked 2026-11). Pure.

It has gaps (no tables, three levels of headings, quotes that don't nest), and markup of its own to keep out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from adapters.dialect import LOOKALIKE_BACKTICK, ZERO_WIDTH_SPACE, Dialect

LOWEST_HEADING = 3

# Lone marks between spaces or within a word mean nothing, and stay as they are.
_MARKS = re.compile(
    r"`|(?<!\s)\*|\*(?!\s)|(?<![^\W_])_|_(?![^\W_])|\|(?=\|)|(?<=\|)\||~(?=~)|(?<=~)~"
    r"|\\(?=[^\w\s]|\Z)|\](?=\()|<(?=[^\s\d=])"
)
# What begins a heading, small print, a quote or an item of a list.
_LINE_START = re.compile(r"(?m)^([ \t]*)(?=#{1,3}\s|-#|>|[-*+]\s)|^([ \t]*\d{1,9})(?=[.)]\s)")
# Mentions of everybody, users, roles and channels, and links to commands and to a server's own pages.
_MENTION = re.compile(r"@(?=everyone|here)|<@[!&]?(?=\d)|<#(?=\d)|<id:(?=\w)|</(?=[^\n<>]*:\d)", re.IGNORECASE)
_IN_WORDS = re.compile(rf"[\[\]]|{_MARKS.pattern}")
_EDGES = "*_~`"


class DiscordMarkdown(Dialect):
    """Discord makes links of what names its scheme. A backslash makes any mark a character."""

    marks: ClassVar[Mapping[str, str]] = {"strong": "**", "em": "*", "s": "~~"}
    bullet = "- "
    bare_domains = False

    def plain(self, text: str) -> str:
        return _MARKS.sub(_escaped, text)

    def code(self, text: str) -> str:
        if "`" not in text:
            return f"`{text}`"
        # Two backticks hold one.
        return f"`` {text} ``" if "``" not in text else f"`{text.replace('`', LOOKALIKE_BACKTICK)}`"

    def link(self, url: str, words: str) -> str:
        # In angle brackets nothing is unfurled. Words in which Discord finds an address make no link there.
        if not words:
            return f"<{url}>"
        return f"[{_IN_WORDS.sub(_escaped, words).replace('://', f':{ZERO_WIDTH_SPACE}//')}](<{url}>)"

    def heading(self, level: int, line: str) -> str:
        return f"{'#' * min(level, LOWEST_HEADING)} {line.strip()}"

    def indent(self, marker: str) -> int:
        return len(marker)

    def lines(self, text: str) -> str:
        return _LINE_START.sub(_escaped_start, text)

    def between(self, before: str, after: str) -> str:
        return ZERO_WIDTH_SPACE if before[-1] == after[0] and after[0] in _EDGES else ""

    def finished(self, text: str) -> str:
        # They are not allowed to ping when sent, either; this way they don't look like it.
        return _MENTION.sub(lambda match: match.group() + ZERO_WIDTH_SPACE, text)


def _escaped(match: re.Match[str]) -> str:
    return "\\" + match.group()


def _escaped_start(match: re.Match[str]) -> str:
    return f"{match.group()}\\"
