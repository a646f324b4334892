"""Repetition without end, into which small models fall."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from assistant.checks.words import TOKEN, tokens

MAX_PERIOD = 16
"""Words. Whole sentences that come again are told by `check`."""
_REPEATS = 4
_MIN_TOKENS = 6
"""That a loop takes in all: "very, very, very good" is none."""


def without_loop(text: str) -> str:
    """The text up to where the same few words come again, if they come at least four times in a row."""
    words = tokens(text) if text.isascii() else [word.casefold() for word in TOKEN.findall(text)]
    if len(set(words)) * 2 > len(words) and len(words) < 40:
        return text
    start = min((at for period in range(1, MAX_PERIOD + 1) if (at := _loop(words, period)) is not None), default=None)
    return text if start is None else text[: next(islice(TOKEN.finditer(text), start, None)).end()].rstrip()


def _loop(words: Sequence[str], period: int) -> int | None:
    """The place of the last word of a phrase of that many words, after which only it follows, again and again."""
    needed = max((_REPEATS - 1) * period, _MIN_TOKENS - period)
    run = 0
    for at in range(period, len(words)):
        run = run + 1 if words[at] == words[at - period] and not words[at].isdigit() else 0
        if run >= needed:
            return at - run
    return None
