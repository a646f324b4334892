"""What the assistant says without the model, by language: one TOML file each."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Annotated

from pydantic import AfterValidator

from assistant.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language's sentences, and the labels of its buttons (up, down, human, resume). {names} and the like are
    filled in with `str.format`."""

    unknown: str
    help: str
    apology: str
    waiting: str
    busy: str
    quoted: str
    greeting: str
    thanks: str
    unreadable: str
    unseen: str
    handed_off: str
    handed_off_unknown: str
    handed_off_rated: str
    no_humans: str
    back: str
    nobody_came: str
    not_handed_off: str
    forgotten: str
    sources: str
    no_sources: str
    rated_up: str
    rated_down: str
    nothing_to_rate: str
    agents_asked: str
    agents_refused: str
    agents_rated: str
    agents_how: str
    agents_told: str
    agents_over: str
    up: str
    down: str
    human: str
    resume: str
    which: str
    which_how: str


LANGUAGES = tuple(
    sorted(
        path.name.removesuffix(".toml") for path in resources.files(__name__).iterdir() if path.name.endswith(".toml")
    )
)


def _spoken(language: str) -> str:
    if language not in LANGUAGES:
        raise ValueError(f"must be one of {', '.join(LANGUAGES)}")
    return language


Language = Annotated[str, AfterValidator(_spoken)]
"""One of LANGUAGES, as a field of a pydantic model."""


@cache
def table(language: str) -> dict[str, dict[str, object]]:
    """The language's file: `say`, and the words that `assistant.wishes` knows. Raises ConfigurationError."""
    if language not in LANGUAGES:
        raise ConfigurationError(f"there are no phrases in {language!r}: use one of {', '.join(LANGUAGES)}")
    return tomllib.loads((resources.files(__name__) / f"{language}.toml").read_text("utf-8"))


@cache
def speaking(language: str) -> Phrases:
    """The phrases of that language. Raises ConfigurationError."""
    say = table(language)["say"]
    return Phrases(**{field.name: str(say[field.name]) for field in fields(Phrases)})


ENGLISH = speaking("en")
