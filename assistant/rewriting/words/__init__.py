"""Which words of each language tell that a question leans on what was said before: one TOML file each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from assistant.phrases import LANGUAGES


@dataclass(frozen=True, slots=True)
class Leaning:
    """One language's words; en.toml tells what each is for. `openers` matches at the beginning of a question, `refers`
    and `expletive` anywhere in it, all in lower case."""

    grammar: frozenset[str]
    openers: re.Pattern[str]
    refers: re.Pattern[str]
    expletive: re.Pattern[str]


@cache
def languages() -> Mapping[str, Leaning]:
    """The words of each language that there are phrases in, by its code ("en")."""
    return {language: _read(language) for language in LANGUAGES}


def _read(language: str) -> Leaning:
    told = tomllib.loads((resources.files(__name__) / f"{language}.toml").read_text("utf-8"))
    patterns = {name: re.compile(told[name], re.VERBOSE) for name in ("openers", "refers", "expletive")}
    return Leaning(frozenset(told["grammar"].split()), **patterns)
