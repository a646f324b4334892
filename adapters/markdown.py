"""Markdown as a model writes it, parsed. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

MAX_NESTING = 60
# Each could begin a link: the parser's time grows with the square of their number, to 30 ms with these.
MAX_BRACKETS = 2_000

# What a client could take for a command, or could show in another order than it stands: C0 and C1 controls but tab and
# newline, and bidirectional embeddings, overrides and isolates. What ends a line in some readers ends it in all.
_LINE_ENDS = re.compile("\r\n|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\r\u202a-\u202e\u2066-\u2069]")
_UNCLEAN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SURROGATES = re.compile("[\ud800-\udfff]")


class _Parser(MarkdownIt):
    """Keeps addresses as they were written: which of them may be links is decided later, and by us."""

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        return link


# HTML is text here. "[1]: …" must not become a link definition: [1] is how answers cite.
_PARSER = (
    _Parser("commonmark", {"html": False, "maxNesting": MAX_NESTING})
    .enable(["strikethrough", "table"])
    .disable(["reference", "html_block", "html_inline"])
)


@dataclass(frozen=True, slots=True)
class Node:
    """A block, or a span within one, with what it holds; `type` as markdown-it names it ("paragraph", "strong", …)."""

    type: str
    token: Token
    children: list[Node] = field(default_factory=list)

    @property
    def first_line(self) -> int:
        """The number of the line in the source where a block begins."""
        return self.token.map[0] if self.token.map else 0

    @property
    def address(self) -> str:
        """Where a link leads, or where an image lies."""
        return clean(str(self.token.attrs.get("href") or self.token.attrs.get("src") or ""))


def parsed(markdown: str) -> list[Node] | None:
    """Give the blocks of a clean text; None where they are nested deeper than the parser can keep, and where it would
    take too long."""
    if markdown.count("[") > MAX_BRACKETS:
        return None
    tokens = _PARSER.parse(markdown)
    # Its own tree (markdown_it.tree) takes as long to build as half of the parsing.
    return None if any(token.level >= MAX_NESTING - 1 for token in tokens) else _tree(tokens)


def _tree(tokens: Iterable[Token]) -> list[Node]:
    open_lists: list[list[Node]] = [[]]
    for token in tokens:
        if token.nesting < 0:
            open_lists.pop()
            continue
        node = Node(token.type.removesuffix("_open"), token, _tree(token.children) if token.children else [])
        open_lists[-1].append(node)
        if token.nesting > 0:
            open_lists.append(node.children)
    return open_lists[0]


def is_visible(text: str) -> bool:
    """Whether people see anything of it."""
    return any(unicodedata.category(character)[0] not in "CZ" for character in text)


def clean(text: str) -> str:
    """Give the text without what a reader can't see but a client may act on."""
    if not _UNCLEAN.search(text):
        return text
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", _SURROGATES.sub("\ufffd", text)))
