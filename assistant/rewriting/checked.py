"""Checks what a model made of a question, before anything is searched with it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.checks.words import content_words, known_words

MAX_TIMES = 3
"""Times the length of the question that its rewriting may have, but for a short one:"""
MAX_CHARS = 200
MIN_KNOWN = 0.75
"""Share of its words that must come from the conversation: the rest are words like "process"."""
MIN_KEPT = 0.5
"""Share of the question's own words that must still be there."""

_OPENING = re.compile(
    r"^(?:(?:sure|certainly|of course|okay|ok|here(?:'s| is| you go))\b[^:?]{0,60}[:!.]\s*"
    r"|(?:the )?(?:rewritten |rephrased |standalone )?(?:question|query|message)(?: is)?:\s*)+",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+")
_NAME = re.compile(r"(?<=[^\W\d_] )[A-Z][\w-]+")


def checked(written: str, question: str, earlier: Sequence[str]) -> str | None:
    """What was written as a question that can be searched in the place of `question`, or None: it is one line, asks,
    keeps the question's words, and names nothing that neither it nor what was said before names."""
    lines = [line.strip() for line in written.strip().splitlines() if line.strip()]
    if len(lines) != 1:
        return None
    text = _OPENING.sub("", lines[0]).strip().strip("\"“”'").strip()
    if not text.endswith(("?", "？")) or len(text) > max(MAX_TIMES * len(question), MAX_CHARS):
        return None
    said = "\n".join((*earlier, question))
    if not _only_named(text, said) or _share(question, text) < MIN_KEPT:
        return None
    return text if _share(text, said) >= MIN_KNOWN else None


def _only_named(text: str, said: str) -> bool:
    """Whether all numbers and names in it were said."""
    known = said.casefold()
    return all(number in _NUMBER.findall(said) for number in _NUMBER.findall(text)) and all(
        name.casefold() in known for name in _NAME.findall(text)
    )


def _share(text: str, within: str) -> float:
    """The share of the text's words that are within the other; 1 where it has none."""
    words = content_words(text)
    known = known_words(within)
    return sum(word in known for word in words) / len(words) if words else 1.0
