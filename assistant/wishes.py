"""What somebody wants who writes a few fixed words: no question that has to be looked up.

The words of all languages count everywhere: whoever writes "danke" in an English channel is understood. Only a message
that is nothing but these words counts, so that a question which holds some of them stays a question.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Literal, cast, get_args

from adapters.base import CommandName
from assistant import phrases

Wish = Literal["greeting", "thanks", "human", "resume", "up", "down"]

MAX_CHARS = 120
"""A longer message is a question, or a story."""

_COMMAND = re.compile(r"/(?P<name>ask|human|forget|sources|resume)(?:\s+(?P<text>.*))?", re.DOTALL | re.IGNORECASE)
_THUMB = re.compile("(?P<thumb>[👍👎])[\ufe0f\U0001f3fb-\U0001f3ff]*")


def typed_command(text: str) -> tuple[CommandName | None, str] | None:
    """The command that is typed as text, and what stands behind it: `/ask how long?` is no command, but a question."""
    match = _COMMAND.fullmatch(text.strip())
    if match is None:
        return None
    name, words = match["name"].lower(), (match["text"] or "").strip()
    return (None if name == "ask" else cast("CommandName", name)), words


def wish_of(text: str) -> Wish | None:
    """What the message wishes, if it is nothing but that."""
    if len(text) > MAX_CHARS:
        return None
    thumb = _THUMB.fullmatch(text.strip())
    if thumb is not None:
        return "up" if thumb["thumb"] == "👍" else "down"
    words = _plain(text)
    if not words:
        return None
    return _words().get(words) or ("human" if _patterns("human").fullmatch(words) else None)


def is_question(text: str) -> bool:
    """Whether it looks like a question: by its mark, or by the word that it begins with."""
    return "?" in text or "？" in text or _patterns("question").fullmatch(_plain(text)) is not None


def _plain(text: str) -> str:
    """The words alone, in lower case, with single spaces; an apostrophe is part of a word."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return " ".join(re.sub(r"[^\w'-]+", " ", folded).split())


@cache
def _words() -> dict[str, Wish]:
    found: dict[str, Wish] = {}
    for language in phrases.LANGUAGES:
        words = phrases.table(language)["words"]
        for wish in get_args(Wish):
            found |= dict.fromkeys((_plain(word) for word in cast("list[str]", words[wish])), wish)
    return found


@cache
def _patterns(name: str) -> re.Pattern[str]:
    """The languages' patterns, as one."""
    patterns = (str(phrases.table(language)["patterns"][name]) for language in phrases.LANGUAGES)
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.DOTALL)
