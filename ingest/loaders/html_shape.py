"""Keeping hostile pages within what the converter, which recurses, can take."""

from __future__ import annotations

from bs4 import NavigableString, Tag

# Real pages stay below 60; the converter uses a few Python frames a level, and Python allows 1,000.
MAX_DEPTH = 100
# The converter counts the items before each item.
MAX_NUMBERED_ITEMS = 1000


def limit_depth(root: Tag) -> None:
    """Elements deeper than MAX_DEPTH below `root` are replaced by their text."""
    level: list[Tag] = [root]
    for _ in range(MAX_DEPTH):
        level = [child for element in level for child in element.children if isinstance(child, Tag)]
        if not level:
            return
    for element in level:
        text = element.get_text(" ", strip=True)
        element.clear()
        element.append(NavigableString(text))


def limit_numbering(root: Tag) -> None:
    """Numbered lists of more than MAX_NUMBERED_ITEMS items get bullets."""
    for numbered in root.find_all("ol"):
        if len(numbered.contents) > MAX_NUMBERED_ITEMS:
            numbered.name = "ul"


def is_gone(tag: Tag) -> bool:
    """Whether the element was taken out with an element around it. Not `tag.decomposed`: on a living element that
    searches all of its descendants."""
    return "_decomposed" in vars(tag)
