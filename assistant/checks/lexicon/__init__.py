"""What the checks know of each language that the assistant speaks: one TOML file each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from assistant.phrases import LANGUAGES

# What `re` takes for small Latin letters besides their capitals (https://docs.python.org/3/library/re.html#re.IGNORECASE,
# read 2026-11-22), and `str.lower` does not.
_ALIKE = (("\u0130", "i"), ("\u0131", "i"), ("\u017f", "s"))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language's words and patterns; en.toml tells what each is for."""

    name: str
    ask_for_it: str
    grammar: str
    abbreviations: str
    openings: tuple[str, ...]
    openings_behind: tuple[str, ...]
    customers: tuple[str, ...]
    assistants: tuple[str, ...]
    asks: str
    unknown: tuple[str, ...]
    negations: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    weekdays_short: tuple[str, ...]
    to: str
    steps: tuple[str, ...]
    units: str
    numbers: Mapping[str, int]
    ordinals: Mapping[str, int]


@cache
def lexicons() -> Mapping[str, Lexicon]:
    """The lexicon of each language that there are phrases in, by its code ("en")."""
    return {language: _read(language) for language in LANGUAGES}


@cache
def every(field: str) -> tuple[str, ...]:
    """What stands under that name in all languages together."""
    found: list[str] = []
    for lexicon in lexicons().values():
        value = getattr(lexicon, field)
        found += [value] if isinstance(value, str) else value
    return tuple(dict.fromkeys(found))


def any_of(patterns: tuple[str, ...]) -> str:
    """The pattern that matches where one of these does."""
    return "(?:" + "|".join(patterns) + ")"


def any_word(words: tuple[str, ...]) -> str:
    """The pattern of one of these words, the longest first."""
    return any_of(tuple(map(re.escape, sorted(words, key=len, reverse=True))))


def lowered(text: str) -> str:
    """The text as a pattern in small letters sees it without regard to case: to search it with regard to case takes a
    third of the time."""
    for letter, alike in _ALIKE:
        text = text.replace(letter, alike)
    return text.lower()


def _read(language: str) -> Lexicon:
    told = tomllib.loads((resources.files(__name__) / f"{language}.toml").read_text("utf-8"))
    lists_kept = {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}
    return Lexicon(**lists_kept)  # type: ignore[arg-type]  # our own files, read by the tests
