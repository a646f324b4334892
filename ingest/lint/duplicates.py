"""Which passages say the same."""

from __future__ import annotations

from assistant.vector_store.joined import SAME_SHARE
from ingest.lint.claims import numbers
from ingest.lint.passage import NearPair
from ingest.lint.same_question import turning_words
from ingest.lint.wording import shared_shingles, words

MAX_DUPLICATE_DISTANCE = 0.2
"""Between two passages: a title or heading is part of what was embedded, and may differ."""
MIN_WORDS = 8
"""A shorter passage may well stand in two documents."""


def is_duplicate(pair: NearPair) -> bool:
    """Whether two passages of different documents, or two question-answer pairs, say the same in nearly the same
    words, numbers included. Paraphrases of a question with one answer are no duplicates: they help to find it."""
    one, other = pair.one, pair.other
    if one.is_pair != other.is_pair or pair.distance > MAX_DUPLICATE_DISTANCE:
        return False
    if not one.is_pair and (one.uri == other.uri or min(len(words(one.text)), len(words(other.text))) < MIN_WORDS):
        return False
    if one.is_pair and turning_words(one.question) != turning_words(other.question):
        return False
    shorter, longer = sorted((one.text, other.text), key=len)
    if len(shorter) < SAME_SHARE * len(longer) or shared_shingles(shorter, longer) < SAME_SHARE:
        return False
    return numbers(one.text) == numbers(other.text)
