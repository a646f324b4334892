"""Lines of a page that are not its text: the words of blogs, help centres and their buttons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from ingest.loaders.options import FurnitureRules

# Each matches a whole line, in any case of letters. They say what no text says by itself.
_CLEAR = (
    r"member-only story",
    r"(?:published in .{1,80} )?(?:· )?(?:about )?\d+[ -]min(?:ute)?s?(?: to)? read(?:ing time)?(?: ·.{1,40})?",
    r"(?:estimated )?reading time:? (?:about )?\d+ min(?:ute)?s?",
    r"(?:lesezeit:? )?(?:ca\. )?\d+ min(?:uten?|\.)?(?: lesezeit)?(?<=lesezeit)",
    r"open in app",
    r"sign (?:up|in)(?:[ /|·]+(?:or )?(?:sign|log) (?:up|in))",
    r"search write",
    r"view list",
    r"curated by .{1,60}",
    r"[\d.,]+[km]? followers(?:[ ·].{0,120})?",
    r"(?:was|is) this (?:page|article|answer|information|post|section) (?:helpful|useful)\s?\?(?: yes(?: no)?)?",
    r"did (?:this|we) answer your question\s?\?(?: yes(?: no)?)?",
    r"war (?:diese seite|dieser (?:artikel|beitrag)|das) hilfreich\s?\?(?: ja(?: nein)?)?",
    r"\d+ out of \d+ found this (?:helpful|useful)",
    r"have more questions\? submit a request",
    r"(?:return|back|go) to top|nach oben",
    r"(?:skip|jump) to (?:main |the )?(?:content|navigation)|zum inhalt springen",
    r"(?:accept|allow|reject|decline)(?: all)?(?: optional| necessary)? cookies|alle cookies (?:akzeptieren|ablehnen)",
    r"(?:manage|change) (?:your )?cookie (?:settings|preferences)|cookie[- ](?:settings|einstellungen)",
    r"(?:share|tweet|pin) (?:this|it)(?: (?:page|article|post|story|answer|on .{1,20}))?",
    r"share (?:on|via) (?:facebook|twitter|x|linkedin|whatsapp|reddit|email|e-mail|xing)",
    r"(?:print|e-?mail|bookmark|edit) this (?:page|article|post)(?: on \w+)?",
    r"(?:subscribe|sign up) (?:to|for) (?:our|the) (?:\w+ )?newsletter[.!]?",
    r"get an email whenever .{1,80} publishes\.?",
    r"advertisement|anzeige|sponsored content",
)
# Words of buttons that a text can hold as well: furniture only where nothing else stands around them, and no heading.
_ALONE = (
    r"share|teilen|follow|following|folgen|listen|save|copy link|subscribe|sign (?:up|in)|log ?in|more|tweet|pin it",
    r"top highlight|top writer|yes no|ja nein|reply|respond|print|drucken",
)
# What browsers print above and below: date and title, address and page number.
_PRINTED = (
    r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4},? +\d{1,2}:\d{2}(?: ?[AP]M)?\b.*",
    r"(?:https?|file)://\S+(?: +\d+ ?/ ?\d+)?",
)


def _any(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_CLEAR_LINE, _ALONE_LINE, _PRINTED_LINE = _any(_CLEAR), _any(_ALONE), _any(_PRINTED)
MAX_LINE_CHARS = 200


def is_furniture(line: str, rules: FurnitureRules) -> bool:
    """Whether the whole line is furniture wherever it stands; `rules` has further expressions."""
    text = " ".join(line.split())
    if not text or len(text) > MAX_LINE_CHARS:
        return False
    return _CLEAR_LINE.fullmatch(text) is not None or any(rule.search(text) for rule in _compiled(rules.lines))


def is_furniture_alone(block: str, rules: FurnitureRules) -> bool:
    """Whether a paragraph of these words is furniture."""
    text = " ".join(block.split())
    return is_furniture(text, rules) or _ALONE_LINE.fullmatch(text) is not None


def is_print_margin(line: str) -> bool:
    """Whether a browser printed the line above or below the page."""
    return _PRINTED_LINE.fullmatch(" ".join(line.split())) is not None


@lru_cache(maxsize=16)
def _compiled(lines: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf"\A(?:{line})\Z", re.IGNORECASE) for line in lines)
