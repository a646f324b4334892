"""The sentences of a passage that a question can be made for."""

from __future__ import annotations

from assistant.checks.sentences import Sentence, sentences
from assistant.checks.words import content_words, tokens
from assistant.rewriting.standing_alone import stands_alone

MIN_WORDS, MAX_WORDS = 6, 60
"""Of scripts without spaces: characters. Shorter ones are labels, longer ones tables that were flattened."""
MIN_LETTERS = 0.85
"""Share of letters and blanks, below which a sentence is code, a formula or a row of figures."""
_MARKUP = frozenset("<>{}|\\")
_ASKS = ("?", "？")


def telling_sentences(passage: str) -> list[str]:
    """Whole sentences of prose that can be understood by themselves, each once, the one that says most first."""
    found = dict.fromkeys(sentence.text for sentence in sentences(passage) if _tells(sentence))
    return sorted(found, key=lambda text: -len(set(content_words(text))))


def _tells(sentence: Sentence) -> bool:
    text = sentence.text
    if sentence.is_code or not sentence.is_ended or text[0].islower() or text.endswith(_ASKS):
        return False
    if not _MARKUP.isdisjoint(text):
        return False
    letters = sum(character.isalpha() or character.isspace() for character in text)
    return MIN_WORDS <= len(tokens(text)) <= MAX_WORDS and letters >= MIN_LETTERS * len(text) and stands_alone(text)
