"""What stands within a paragraph: words, emphasis, code and links, in a platform's markup. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from adapters.addresses import addresses
from adapters.clusters import pieces
from adapters.dialect import ZERO_WIDTH_SPACE, Dialect
from adapters.link_hosts import names_other_host
from adapters.markdown import Node, clean

MAX_WORDS_CHARS = 300
# Code that runs over more is given in pieces, so that no message has to end within one.
MAX_CODE_CHARS = 400
# "…30 days.Please…": a forgotten space, rather than an address.
_SENTENCE_END = re.compile(r"[^\W_]+\.[A-Z][a-z]+")


class Line:
    """A line, or a paragraph, as it is put together. Words are kept until markup follows: what makes an address may
    come in several pieces."""

    def __init__(self, dialect: Dialect, marks: frozenset[str] = frozenset()) -> None:
        self._dialect = dialect
        self._marks = marks
        self._words: list[str] = []
        self._done: list[str] = []
        self._ends_in_markup = False

    def finished(self) -> str:
        self._write_words()
        return "".join(self._done)

    def text(self, words: str) -> None:
        """Add words of a person's, a document's or a model's."""
        self._words.append(words)

    def nodes(self, nodes: Iterable[Node]) -> None:
        """Add what Markdown has within a paragraph."""
        for node in nodes:
            self._node(node)

    def link(self, address: str, words: str) -> None:
        """Add a link if it may be followed, or its words and its address."""
        words = " ".join(words.split())
        shown = address.removeprefix("mailto:")
        url = self._dialect.link_hosts.link(address)
        if url and words and words != shown and len(words) <= MAX_WORDS_CHARS and not names_other_host(words, url):
            self._markup(self._dialect.link(url, words))
        elif words and shown and words != shown:
            self.text(f"{words} (")
            self._address(shown, url, is_email=shown != address)
            self.text(")")
        elif shown:
            self._address(shown, url, is_email=shown != address)
        else:
            self.text(words)

    def _address(self, shown: str, url: str, *, is_email: bool) -> None:
        if is_email:
            self.text(shown)
        elif url:
            self._markup(self._dialect.link(url, ""))
        else:
            self._code(shown)

    def _node(self, node: Node) -> None:
        match node.type:
            case "text":
                self.text(clean(node.token.content))
            case "softbreak" | "hardbreak":
                self.text("\n")
            case "strong" | "em" | "s":
                self._emphasis(self._dialect.marks.get(node.type, ""), node)
            case "code_inline":
                self._code(node.token.content.strip())
            case "link":
                self.link(node.address, plain_words(node.children))
            case "image":
                self.text(plain_words(node.children) or node.address)
            case _:
                self.text(clean(node.token.content)) if not node.children else self.nodes(node.children)

    def _emphasis(self, mark: str, node: Node) -> None:
        if not mark or mark in self._marks:
            self.nodes(node.children)
            return
        inner = Line(self._dialect, self._marks | {mark})
        inner.nodes(node.children)
        # A line at a time: on some platforms marks don't reach over a line's end, and they must touch the words.
        for number, line in enumerate(inner.finished().split("\n")):
            if number:
                self.text("\n")
            if line.strip():
                self._markup(f"{mark}{line.strip()}{mark}")

    def _code(self, text: str) -> None:
        for piece in pieces(clean(text), MAX_CODE_CHARS):
            self._markup(self._dialect.code(piece) if piece.strip() else piece)

    def _write_words(self) -> None:
        text, self._words = "".join(self._words), []
        dialect, position = self._dialect, 0
        for found in addresses(text, bare=dialect.bare_domains) if dialect.finds_addresses else ():
            self._write(dialect.plain(text[position : found.start]), is_markup=False)
            self._write_address(text[found.start : found.end], found.has_scheme)
            position = found.end
        self._write(dialect.plain(text[position:]), is_markup=False)

    def _write_address(self, shown: str, has_scheme: bool) -> None:
        dialect = self._dialect
        if url := dialect.link_hosts.link(shown, has_scheme=has_scheme):
            self._write(dialect.link(url, "" if has_scheme else shown), is_markup=True)
        elif dialect.link_hosts.has_email(shown):
            self._write(dialect.plain(shown), is_markup=False)
        elif _SENTENCE_END.fullmatch(shown):
            self._write(dialect.plain(shown.replace(".", f".{ZERO_WIDTH_SPACE}")), is_markup=False)
        else:
            for piece in pieces(shown, MAX_CODE_CHARS):
                self._write(dialect.code(piece), is_markup=True)

    def _markup(self, piece: str) -> None:
        self._write_words()
        self._write(piece, is_markup=True)

    def _write(self, piece: str, *, is_markup: bool) -> None:
        if not piece:
            return
        if self._done and (is_markup or self._ends_in_markup):
            self._done.append(self._dialect.between(self._done[-1], piece))
        self._done.append(piece)
        self._ends_in_markup = is_markup


def plain_words(nodes: Iterable[Node], *, with_addresses: bool = False) -> str:
    """Give the words without formatting, on one line; `with_addresses`: where links lead, too."""
    return " ".join("".join(_plain(node, with_addresses) for node in nodes).split())


def _plain(node: Node, with_addresses: bool) -> str:
    if not node.children:
        return " " if node.type in ("softbreak", "hardbreak") else clean(node.token.content)
    words = "".join(_plain(child, with_addresses) for child in node.children)
    address = node.address.removeprefix("mailto:") if node.type == "link" else ""
    return f"{words} ({address})" if with_addresses and address and address != words else words
