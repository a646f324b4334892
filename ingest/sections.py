"""A Markdown text as sections: what stands under each heading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.blocks import Block, Heading, blocks

# GitHub's rule: lower case, punctuation out, blanks to hyphens, "-1", "-2" behind what was there before.
_NO_SLUG = re.compile(r"[^\w\- ]")
# Beyond, a heading is text: where there is one to every few words, it tells nothing.
MAX_HEADINGS = 50_000


@dataclass(frozen=True, slots=True)
class Section:
    """`heading_path` from the outermost heading inwards; `anchor` of the innermost one; `blocks` stand under it."""

    heading_path: tuple[str, ...]
    anchor: str
    blocks: tuple[Block, ...]


def sections(text: str, *, slug_anchors: bool) -> Iterator[Section]:
    """The sections in the order of the text, first the text before any heading; those without a block are left out.

    Only headings of the document itself count: not those in quotes, lists or code. A text of nothing but headings
    gives one section that holds them.
    """
    is_empty, slugs = True, _Slugs()
    path: list[tuple[int, str]] = []
    section, held, count = Section((), "", ()), list[Block](), 0
    for found in blocks(text):
        count += isinstance(found, Heading)
        if isinstance(found, Block) or count > MAX_HEADINGS:
            held.append(found if isinstance(found, Block) else Block("prose", found.title))
            continue
        if held:
            is_empty = False
            yield Section(section.heading_path, section.anchor, tuple(held))
        path = [*(outer for outer in path if outer[0] < found.level), (found.level, found.title)]
        slug = slugs.next(found.title) if slug_anchors else ""
        section, held = Section(tuple(title for _, title in path if title), found.anchor or slug, ()), []
    if held:
        yield Section(section.heading_path, section.anchor, tuple(held))
    elif is_empty and text.strip():
        yield Section((), "", (Block("prose", text.strip()),))


class _Slugs:
    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def next(self, title: str) -> str:
        slug = _NO_SLUG.sub("", title.lower()).replace(" ", "-")
        count = self._counts.get(slug, 0)
        self._counts[slug] = count + 1
        return f"{slug}-{count}" if count else slug
