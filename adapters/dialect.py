"""How one platform writes what Markdown means. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from adapters.link_hosts import LinkHosts
from adapters.tables import Table, aligned

_FENCE = re.compile("`{3,}")
ZERO_WIDTH_SPACE = "\u200b"
LOOKALIKE_BACKTICK = "\u2035"
# The width that still fits a line of a desktop client; a wider table would wrap.
MAX_TABLE_COLUMNS = 72


class Dialect:
    """A platform's markup, for one reply. The base class knows code between backticks and links by `link`.

    `link_hosts` are the hosts that links of the text may lead to; `marks` stand around emphasis ("strong", "em", "s"),
    "" for none; `bare_domains` tells that the platform makes links of names such as "shop.example".
    """

    marks: ClassVar[Mapping[str, str]] = {}
    bullet: ClassVar[str] = "• "
    quote: ClassVar[str] = "> "
    rule: ClassVar[str] = "———"
    bare_domains: ClassVar[bool] = True
    finds_addresses: ClassVar[bool] = True

    def __init__(self, link_hosts: LinkHosts) -> None:
        self.link_hosts = link_hosts

    def plain(self, text: str) -> str:
        """Give the text so that the platform finds no markup in it."""
        raise NotImplementedError

    def code(self, text: str) -> str:
        """Give words as code within a line."""
        raise NotImplementedError

    def code_block(self, text: str, language: str) -> str:
        return f"```{language}\n{no_fence(text)}\n```"

    def link(self, url: str, words: str) -> str:
        """Give a link; `url` as `web_link` writes it, `words` are plain text, "" where the address is to be shown."""
        raise NotImplementedError

    def heading(self, level: int, line: str) -> str:
        """Give a heading whose words are in markup already."""
        raise NotImplementedError

    def table(self, table: Table) -> str:
        """Give the table with its columns aligned; "" where it is too wide for that."""
        text = aligned(table, MAX_TABLE_COLUMNS)
        return self.code_block(text, "") if text else ""

    def indent(self, marker: str) -> int:
        """Give how far the lines below an item with that marker are set in."""
        return 4

    def lines(self, text: str) -> str:
        """Give a paragraph, in markup already, whose lines begin nothing but lines."""
        return text

    def between(self, before: str, after: str) -> str:
        """Give what must stand between a piece of markup and its neighbour, so that both are read as what they are."""
        return ZERO_WIDTH_SPACE if before.endswith("`") and after.startswith("`") else ""

    def finished(self, text: str) -> str:
        """Give the whole text, in markup already, without what its pieces may have come to mean together."""
        return text


def no_fence(text: str) -> str:
    """Give code that does not end the block it stands in."""
    text = _FENCE.sub(lambda match: ZERO_WIDTH_SPACE.join(match.group()), text)
    return f"{text}{ZERO_WIDTH_SPACE}" if text.endswith("`") else text
