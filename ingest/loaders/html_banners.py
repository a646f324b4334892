"""Cookie banners that neither their names nor their elements tell."""

from __future__ import annotations

import re

from bs4 import Tag

from ingest.loaders.html_shape import is_gone

# What is pressed in them: a text about cookies has no such button.
_CONSENT = re.compile(
    r"(?:i )?(?:accept|agree|allow|reject|decline|deny)(?: all| only)?(?: necessary| essential| optional)?(?: cookies)?"
    r"|got it!?|(?:manage|cookie) (?:preferences|settings|options)"
    r"|(?:alle(?:s)? )?(?:akzeptieren|annehmen|ablehnen|zustimmen)|einverstanden|verstanden"
    r"|(?:tout )?accepter|(?:tout )?refuser|aceptar(?: todo)?|rechazar(?: todo)?|accetta|rifiuta|同意|接受",
    re.IGNORECASE,
)
_COOKIE = re.compile(r"cookie|einwilligung|consent", re.IGNORECASE)
# Longer texts are no banners; further out is the page.
MAX_CHARS = 1_500
MAX_LEVELS = 6
MAX_BUTTONS = 50


def drop_banners(root: Tag) -> None:
    """Take out the boxes that speak of cookies around buttons of consent."""
    buttons = [tag for tag in root.find_all(["button", "a", "input"], limit=5_000) if _consents(tag)]
    for button in buttons[:MAX_BUTTONS]:
        banner = None if is_gone(button) else _banner_around(button)
        if banner is not None:
            banner.decompose()


def _consents(tag: Tag) -> bool:
    words = str(tag.get("value", "")) if tag.name == "input" else tag.get_text(" ", strip=True)
    return len(words) < 60 and _CONSENT.fullmatch(words) is not None


def _banner_around(button: Tag) -> Tag | None:
    """The outermost short box around the button that speaks of cookies and holds no page."""
    banner = None
    element = button.parent
    for _ in range(MAX_LEVELS):
        if element is None or element.name in ("body", "html", "main", "article", "[document]"):
            break
        words = element.get_text(" ", strip=True)
        if len(words) > MAX_CHARS or element.find(["h1", "main", "article"]) is not None:
            break
        if _COOKIE.search(words):
            banner = element
        element = element.parent
    return banner
