"""The openings that chat models begin a reply with, before they say anything: "Sure! Here's the answer: …"."""

from __future__ import annotations

import re
from functools import cache

from assistant.checks.lexicon import any_of, every


def without_opening(text: str) -> str:
    """The text from where it begins to say something, with a capital there."""
    is_cut = False
    while found := _opening(is_cut).match(text):
        text, is_cut = text[found.end() :].lstrip(), True
    return text[:1].upper() + text[1:] if is_cut else text


@cache
def _opening(is_behind_another: bool) -> re.Pattern[str]:
    patterns = every("openings") + (every("openings_behind") if is_behind_another else ())
    return re.compile(r"[\s*_\"“]*" + any_of(patterns) + r"[\s*_]*", re.IGNORECASE)
