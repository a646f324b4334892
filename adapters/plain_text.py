"""The dialect of platforms without markup, whose clients make links of what looks like an address. Pure."""

from __future__ import annotations

import re

from adapters.addresses import addresses
from adapters.dialect import ZERO_WIDTH_SPACE, Dialect
from adapters.link_hosts import LinkHosts
from adapters.tables import Table

LOOKALIKE_FENCE = "\u2035" * 3
# What may follow an address without a space and yet not belong to it.
_GOES_ON = re.compile("[.,:;!?'\"*_~|)}]*[\\[\\]\x7f-\U0010ffff]")
_JOINT = re.compile(r"(?=[.:@]\S)|(?<=[/\\])(?=[/\\])")


class PlainText(Dialect):
    """No marks at all: words, indents and brackets must do."""

    bullet = "• "
    quote = "│ "
    finds_addresses = False

    def plain(self, text: str) -> str:
        return text.replace("```", LOOKALIKE_FENCE)

    def code(self, text: str) -> str:
        return self.plain(text)

    def code_block(self, text: str, language: str) -> str:
        return self.plain(text)

    def link(self, url: str, words: str) -> str:
        return f"{words} ({url})" if words else url

    def heading(self, level: int, line: str) -> str:
        return f"【{line.strip()}】" if level <= 2 else line

    def table(self, table: Table) -> str:
        return ""

    def finished(self, text: str) -> str:
        return without_links(text, self.link_hosts, bare=self.bare_domains)


def without_links(text: str, hosts: LinkHosts, *, bare: bool) -> str:
    """Give the text in which only addresses at these hosts still are links: the others are parted by invisible spaces.
    `bare` as in `addresses`."""
    shown, position = [], 0
    for found in addresses(text, bare=bare):
        address = text[found.start : found.end]
        link = _link(address, hosts, found.has_scheme)
        shown += [text[position : found.start], link or _parted(address)]
        position = found.end
        if link and _GOES_ON.match(text, position):
            # A client could take what follows for a part of it: "https://shop.example。evil.com".
            shown.append(" ")
    return "".join([*shown, text[position:]])


def _link(address: str, hosts: LinkHosts, has_scheme: bool) -> str:
    url = hosts.link(address, has_scheme=has_scheme)
    return (url if has_scheme else address) if url or hosts.has_email(address) else ""


def _parted(address: str) -> str:
    return _JOINT.sub(ZERO_WIDTH_SPACE, address)
