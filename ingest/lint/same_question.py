"""Which passages answer the same question."""

from __future__ import annotations

from ingest.lint.claims import is_negated
from ingest.lint.passage import LintedChunk, NearPair
from ingest.lint.wording import words

MAX_QUESTION_DISTANCE = 0.1
MAX_PASSAGE_DISTANCE = 0.2
TELLING_WORDS = 3
"""A heading of so many words, stop words aside, says by itself what is asked; a shorter one only with its title."""

# Stop words that make another question of it: "when" for "where", "from" for "to".
_TURNING = {
    *("how", "what", "when", "where", "who", "whom", "whose", "why", "which"),
    *("from", "to", "in", "out", "on", "off", "up", "down", "before", "after", "with", "without", "into", "between"),
    *("only", "all", "any", "other", "more", "most", "my", "your", "someone", "you", "i", "we", "they"),
    *("wie", "was", "wann", "wo", "wohin", "woher", "wer", "wem", "wen", "warum", "welche", "welcher", "welches"),
    *("von", "zu", "nach", "aus", "mit", "ohne", "vor", "für", "über", "unter"),
    *("comment", "que", "quoi", "quand", "où", "qui", "pourquoi", "quel", "quelle", "de", "à", "avec", "sans", "avant"),
    *("cómo", "qué", "cuándo", "cuánto", "dónde", "quién", "cuál", "desde", "hasta", "con", "sin", "antes", "después"),
}


def is_same_question(pair: NearPair) -> bool:
    """Whether two question-answer pairs ask the same, by their words and by their vectors."""
    one, other = pair.one, pair.other
    return (
        pair.distance <= MAX_QUESTION_DISTANCE
        and bool(one.words)
        and one.words == other.words
        and turning_words(one.question) == turning_words(other.question)
        and is_negated(one.question) == is_negated(other.question)
    )


def is_same_subject(pair: NearPair) -> bool:
    """Whether two passages of different documents stand under the same heading, and that says what they are about: a
    heading such as "Fees" does so only where the titles and headings above don't tell them apart."""
    one, other = pair.one, pair.other
    if one.uri == other.uri or not one.words or one.words != other.words:
        return False
    if turning_words(one.question) != turning_words(other.question) or is_negated(one.question) != is_negated(
        other.question
    ):
        return False
    is_mixed = one.is_pair or other.is_pair
    if not is_mixed and pair.distance > MAX_PASSAGE_DISTANCE:
        return False
    return len(one.words) >= TELLING_WORDS or (not is_mixed and _are_about_the_same(one, other))


def _are_about_the_same(one: LintedChunk, other: LintedChunk) -> bool:
    """Years and versions in a title tell nothing apart: it is last year's text that contradicts."""
    some, more = ({word for word in chunk.subject_words if not word[:1].isdigit()} for chunk in (one, other))
    return some <= more or more <= some


def turning_words(question: str) -> frozenset[str]:
    """The stop words in it that make another question of it."""
    return frozenset(word for word in words(question) if word in _TURNING)
