"""Questions that stand in the documents as they were asked: their answers need no model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from assistant.checks.claims import claims
from assistant.checks.lexicon import every
from assistant.checks.words import content_words, is_unspaced
from assistant.vector_store.base import RetrievedChunk

SHARE_OF_DISTANCE = 0.3
"""Of the distance within which a passage counts at all: a question in other words of grammar lies within it."""
_MIN_WORDS = 2
_MIN_CHARACTER_PAIRS = 4
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def verbatim_place(question: str, chunks: Sequence[RetrievedChunk], max_distance: float) -> int | None:
    """The place of the first passage that begins with this very question, asked in the same content words in the same
    order, with the same numbers and negations, within its share of `max_distance`; None where there is none."""
    near = max_distance * SHARE_OF_DISTANCE
    for place, chunk in enumerate(chunks):
        asked, _, answer = chunk.text.partition("\n")
        if answer.strip() and chunk.distance <= near and len(chunk.chunk_ids) <= 1 and _are_the_same(question, asked):
            return place
    return None


def verbatim_text(chunk: RetrievedChunk) -> str:
    """The answer of a passage that begins with its question."""
    return chunk.text.partition("\n")[2].strip()


def _are_the_same(question: str, asked: str) -> bool:
    words = content_words(question)
    enough = _MIN_CHARACTER_PAIRS if is_unspaced(question) else _MIN_WORDS
    return (
        len(words) >= enough
        and words == content_words(asked)
        and set(claims(question)) == set(claims(asked))
        and _negations(question) == _negations(asked)
    )


def _negations(text: str) -> int:
    """How many words deny something."""
    folded = text.casefold().replace("’", "'")
    spaced = sum(word in _denying() for word in _WORD.findall(folded))
    return spaced + sum(folded.count(character) for character in _denying() if is_unspaced(character))


@cache
def _denying() -> frozenset[str]:
    return frozenset(word for words in every("negations") for word in words.split())
