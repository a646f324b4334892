"""How much two texts say the same, by their words."""

from __future__ import annotations

import re
import unicodedata

# A Chinese or Japanese character counts as a word.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_SHINGLE = 3


def words(text: str) -> list[str]:
    """The words in one case, in order."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def shared_shingles(one: str, other: str) -> float:
    """Of the three-word sequences of both texts together, the share that both have: 1 for the same words in the same
    order, 0 for nothing in common (Broder: On the resemblance and containment of documents, 1997)."""
    some, more = _shingles(words(one)), _shingles(words(other))
    together = some | more
    return len(some & more) / len(together) if together else 1.0


def shared_words(one: str, other: str) -> float:
    """The same for single words."""
    some, more = set(words(one)), set(words(other))
    together = some | more
    return len(some & more) / len(together) if together else 1.0


def _shingles(found: list[str]) -> set[tuple[str, ...]]:
    return set(zip(*(found[start:] for start in range(min(_SHINGLE, len(found)))), strict=False))
