"""How long a reply may be: as its persona says, and short where little was asked."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.checks.sentences import Sentence
from assistant.checks.words import content_words, is_unspaced, tokens

SHORT_WORDS = 4
SHORT_CHARACTERS = 8
"""Of a script without spaces."""


def most_sentences(question: str, reply_sentences: int) -> int:
    """The sentences that an answer to the question may have: half of what is usual where it has a few words."""
    words = tokens(question)
    is_short = len(words) <= (SHORT_CHARACTERS if is_unspaced(question) else SHORT_WORDS)
    return (reply_sentences + 1) // 2 if is_short else reply_sentences


def within(sentences: Sequence[Sentence], most: int) -> int:
    """How many of these are within the length. Lists, tables and code belong to the sentence before them, and "Yes." to
    the one behind it."""
    counted = 0
    for at, sentence in enumerate(sentences):
        if _counts(sentence):
            counted += 1
            if counted > most:
                return at
    return len(sentences)


def _counts(sentence: Sentence) -> bool:
    is_part = sentence.is_item or sentence.is_code or sentence.text.startswith("|")
    return not is_part and bool(content_words(sentence.text))
