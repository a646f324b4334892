"""End tags that HTML lets authors leave out, and Python's parser does not supply."""

from __future__ import annotations

from bs4 import Tag

# https://html.spec.whatwg.org/multipage/syntax.html#optional-tags, read 2025-11: a start tag of the key closes what is
# open of the first set, looked for outwards up to an element of the second.
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CELLS = frozenset({"td", "th"})
_ROWS = _CELLS | {"tr"}
_CLOSES = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "menu"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "td": (_CELLS, frozenset({"tr", "table"})),
    "th": (_CELLS, frozenset({"tr", "table"})),
    "tr": (_ROWS, frozenset({"table", "thead", "tbody", "tfoot"})),
    **dict.fromkeys(("thead", "tbody", "tfoot"), (_ROWS | {"thead", "tbody", "tfoot"}, frozenset({"table"}))),
}
_END_A_PARAGRAPH = _HEADINGS | {
    "address",
    "article",
    "aside",
    "blockquote",
    "details",
    "div",
    "dl",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "header",
    "hr",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "ul",
    "li",
    "dt",
    "dd",
}
_PARAGRAPH_SCOPE = frozenset({"td", "th", "table", "caption", "button", "object", "template"})
# How far outwards is looked: real pages need few steps, pages made to do harm would make it quadratic.
MAX_STEPS = 20


def implied_end(name: str, current: Tag | None) -> Tag | None:
    """The open element that a start tag `name` closes, with everything in it; `current` is the innermost open one."""
    paragraph = _outermost(current, frozenset({"p"}), _PARAGRAPH_SCOPE) if name in _END_A_PARAGRAPH else None
    if name in _CLOSES:
        return _outermost(current, *_CLOSES[name]) or paragraph
    if paragraph is None and name in _HEADINGS and current is not None and current.name in _HEADINGS:
        return current
    return paragraph


def _outermost(current: Tag | None, closed: frozenset[str], scope: frozenset[str]) -> Tag | None:
    found = None
    element = current
    for _ in range(MAX_STEPS):
        if element is None or element.name in scope:
            break
        if element.name in closed:
            found = element
        element = element.parent
    return found
