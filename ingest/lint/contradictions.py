"""Which passages answer the same question differently."""

from __future__ import annotations

from ingest.lint.claims import disagreement, numbers_disagree
from ingest.lint.passage import NearPair
from ingest.lint.same_question import is_same_question, is_same_subject
from ingest.lint.wording import words

MIN_ANSWERS_APART = 0.5
"""Cosine distance of two answers, beyond which they speak of different things."""


def contradiction(pair: NearPair) -> str:
    """Why the two can't both be right, "" where no rule sees anything. It is a rule about words and numbers, not an
    understanding: see docs/lint.md for what it misses."""
    if not pair.is_seen_together:
        return ""
    if pair.one.is_pair and pair.other.is_pair:
        return _of_pairs(pair) if is_same_question(pair) else ""
    return numbers_disagree(pair.one.answer, pair.other.answer) if is_same_subject(pair) else ""


def _of_pairs(pair: NearPair) -> str:
    one, other = pair.one.answer, pair.other.answer
    if words(one) == words(other):
        return ""
    if why := disagreement(one, other):
        return why
    is_apart = pair.answer_distance is not None and pair.answer_distance >= MIN_ANSWERS_APART
    return "the same question, and answers about different things" if is_apart else ""
