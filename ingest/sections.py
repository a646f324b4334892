"""A Markdown text as sections: what stands under each heading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

# `## Opening hours {#hours}` (https://pandoc.org/MANUAL.html#extension-header_attributes, read 2025-11).
_ATTRIBUTES = re.compile(r"\s*\{#([^\s{}]+)[^{}]*\}\s*$")
# GitHub's rule: lower case, punctuation out, blanks to hyphens, "-1", "-2" behind what was there before.
_NO_SLUG = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class Section:
    """`heading_path` from the outermost heading inwards; `body` is the source under the innermost one, "" if none."""

    heading_path: tuple[str, ...]
    anchor: str
    body: str


@dataclass(frozen=True, slots=True)
class _Heading:
    level: int
    title: str
    anchor: str
    first_line: int
    end_line: int


def sections(text: str, *, slug_anchors: bool) -> list[Section]:
    """The sections in the order of the text, first the text before any heading; those without a body are left out.

    Only headings of the document itself count: not those in quotes, lists or code. No other line is lost. A text of
    nothing but headings gives one section that holds them.
    """
    lines = text.split("\n")
    headings = list(_headings(text, slug_anchors=slug_anchors))
    found = [Section((), "", _join(lines, 0, headings[0].first_line if headings else len(lines)))]
    path: list[_Heading] = []
    for index, heading in enumerate(headings):
        path = [*(outer for outer in path if outer.level < heading.level), heading]
        end = headings[index + 1].first_line if index + 1 < len(headings) else len(lines)
        titles = tuple(outer.title for outer in path if outer.title)
        found.append(Section(titles, heading.anchor, _join(lines, heading.end_line, end)))
    return [section for section in found if section.body] or [Section((), "", text.strip())]


def _headings(text: str, *, slug_anchors: bool) -> Iterator[_Heading]:
    slugs: dict[str, int] = {}
    tokens = _parser().parse(text)
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and opening.level == 0 and opening.map is not None:
            title, given = _split_attributes(inline.content)
            plain = _plain(title)
            slug = _unique_slug(plain, slugs) if slug_anchors else ""
            yield _Heading(int(opening.tag[1]), plain, given or slug, opening.map[0], opening.map[1])


def _parser() -> MarkdownIt:
    """Blocks only: the text inside of them is not looked at, which is most of the work."""
    parser = MarkdownIt("commonmark")
    parser.core.ruler.disable(["inline", "text_join"])
    return parser


_INLINE = MarkdownIt("commonmark")


def _split_attributes(title: str) -> tuple[str, str]:
    match = _ATTRIBUTES.search(title)
    return (title, "") if match is None else (title[: match.start()], match.group(1))


def _plain(title: str) -> str:
    """The heading as a reader sees it: emphasis, links and code marks taken off."""
    tokens = _INLINE.parseInline(title)
    return " ".join("".join(_texts(tokens)).split())


def _texts(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.children:
            yield from _texts(token.children)
        elif token.type in ("softbreak", "hardbreak"):
            yield " "
        elif token.type in ("text", "code_inline"):
            yield token.content


def _unique_slug(title: str, slugs: dict[str, int]) -> str:
    slug = _NO_SLUG.sub("", title.lower()).replace(" ", "-")
    count = slugs.get(slug, 0)
    slugs[slug] = count + 1
    return f"{slug}-{count}" if count else slug


def _join(lines: list[str], first: int, end: int) -> str:
    return "\n".join(lines[first:end]).strip("\n") if any(line.strip() for line in lines[first:end]) else ""
