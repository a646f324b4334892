"""HTML elements as Markdown."""

from __future__ import annotations

import re
from typing import Any

from bs4 import NavigableString, Tag
from markdownify import ATX, MarkdownConverter

# A line of plain text that Markdown would take for a heading, its underline, a code fence or a block of HTML.
_LOOKS_LIKE_MARKUP = re.compile(r"^([ ]{0,3})(?=#{1,6}(?:[ \t]|$)|<|```|~~~|(?:=+|-+)[ \t]*$)", re.MULTILINE)
_SECTIONS = ("section", "div", "article")
_SAFE_ANCHOR = re.compile(r"[^\s{}]+")


class _Converter(MarkdownConverter):
    """Headings carry their anchors; links that lead nowhere from a chat are plain text, images their description."""

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: N802 - markdownify's name
        line: str = super().convert_hN(  # type: ignore[misc]
            n, el, text, parent_tags
        )
        if not text.strip() or "_inline" in parent_tags or not (anchor := heading_anchor(el)):
            return line
        return f"{line.rstrip()} {{#{anchor}}}\n\n"

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        href = str(el.get("href", ""))
        if not href.startswith(("http://", "https://", "mailto:", "tel:")) or "_inline" in parent_tags:
            return text
        converted: str = super().convert_a(  # type: ignore[misc]
            el, text, parent_tags
        )
        return converted

    def convert_list(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        converted: str = super().convert_list(el, text, parent_tags)  # type: ignore[misc]
        # Without a line end the text after an inner list grows onto its last word.
        return f"{converted}\n" if "li" in parent_tags else converted

    convert_ul = convert_list
    convert_ol = convert_list

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return str(el.get("alt", ""))

    def process_text(self, el: NavigableString, parent_tags: set[str] | None = None) -> str:
        text: str = super().process_text(  # type: ignore[misc]
            el, parent_tags=parent_tags
        )
        text = text.replace("\N{NO-BREAK SPACE}", " ")
        if parent_tags and "_noformat" in parent_tags:
            return text
        return _LOOKS_LIKE_MARKUP.sub(r"\1\\", text)


def to_markdown(content: Tag) -> str:
    """The content as Markdown with ATX headings, fenced code and pipe tables."""
    converter = _Converter(
        heading_style=ATX,
        escape_asterisks=False,
        escape_underscores=False,
        table_infer_header=True,
        code_language_callback=_code_language,
    )
    markdown: Any = converter.convert_soup(content)
    return re.sub(r"\n{3,}", "\n\n", str(markdown)).strip() + "\n"


def heading_anchor(heading: Tag) -> str:
    """Where a link to the heading leads: its own id, that of an anchor in it, or of the section that it opens."""
    inner = heading.find(["a", "span"], attrs={"id": True}) or heading.find("a", attrs={"name": True})
    candidates = [heading.get("id")]
    if isinstance(inner, Tag):
        candidates += [inner.get("id"), inner.get("name")]
    candidates.append(_section_id(heading))
    return next((str(c) for c in candidates if c and _SAFE_ANCHOR.fullmatch(str(c))), "")


def _section_id(heading: Tag) -> str:
    """The id of the nearest section around the heading in which no text comes before it."""
    element = heading
    while isinstance(parent := element.parent, Tag):
        if any(sibling.get_text(strip=True) for sibling in element.previous_siblings):
            return ""
        if parent.name in _SECTIONS and parent.get("id"):
            return str(parent["id"])
        element = parent
    return ""


def _code_language(pre: Tag) -> str:
    """What highlighters note in a class: `language-python`, `highlight-python3`."""
    inner = pre.find("code")
    for element in (pre, inner, pre.parent, pre.parent.parent if pre.parent else None):
        if isinstance(element, Tag):
            for name in element.get_attribute_list("class"):
                if name and (match := re.match(r"(?:language|lang|highlight)-([A-Za-z0-9_+-]+)$", str(name))):
                    return "" if match.group(1) in ("none", "default", "text") else match.group(1)
    return ""
