"""Keeps a small model to what it was given: sentences that its passages don't bear out are left out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.excerpt import excerpt

MIN_WORD_CHARS = 4
"""Shorter words are mostly of grammar, and bear nothing out."""
MAX_QUOTE_CHARS = 500

_SENTENCE = re.compile(r".+?(?:[.!?](?=\s|$)|。|！|？|$)", re.DOTALL)
_WORD = re.compile(rf"\w{{{MIN_WORD_CHARS},}}")
_LIST_NUMBER = re.compile(r"^\s*(?:\[?\d+[.)\]]\s*)+")


def grounded_text(text: str, passages: Sequence[str], min_support: float) -> str:
    """The statements of `text` of whose words at least the share `min_support` stands in `passages`; each once, "" if
    none. Questions are no statements: a small model echoes headings."""
    known = {word for passage in passages for word in _words(passage)}
    kept = [sentence for sentence in _sentences(text) if _support(sentence, known) >= min_support]
    return " ".join(dict.fromkeys(kept))


def quoted(passage: str) -> str:
    """The beginning of a passage as a Markdown quote, for when nothing better can be said."""
    return f"> {excerpt(passage, MAX_QUOTE_CHARS)}"


def _sentences(text: str) -> list[str]:
    found = (match.group() for line in text.splitlines() for match in _SENTENCE.finditer(line))
    stripped = (_LIST_NUMBER.sub("", sentence).strip() for sentence in found)
    return [sentence for sentence in stripped if sentence and not sentence.endswith(("?", "？", "…"))]


def _support(sentence: str, known: set[str]) -> float:
    words = _words(sentence)
    return sum(word in known for word in words) / len(words) if words else 0.0


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
