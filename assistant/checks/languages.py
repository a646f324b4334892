"""The language of a text, where there is enough of it to be sure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from assistant.checks.lexicon import lexicons
from assistant.checks.words import UNSPACED

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

MIN_LETTERS = 12
"""With fewer nothing is sure."""
MIN_ANSWER_LETTERS = 40
MIN_ANSWER_CHARACTERS = 8
"""Of a script without spaces."""
MIN_PLAIN_WORDS = 4
"""Words that begin with a small letter: a text of names and codes is of no language."""
SURE = 0.9
TELLING_CHARS = 300
"""Of a text: more of it tells no more."""

NAMES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese",
    "nl": "Dutch", "sv": "Swedish", "da": "Danish", "no": "Norwegian", "fi": "Finnish", "pl": "Polish", "cs": "Czech",
    "hu": "Hungarian", "ro": "Romanian", "tr": "Turkish", "vi": "Vietnamese", "id": "Indonesian", "ru": "Russian",
    "uk": "Ukrainian", "el": "Greek", "ar": "Arabic", "fa": "Persian", "he": "Hebrew", "hi": "Hindi",
    "th": "Thai", "ja": "Japanese", "ko": "Korean", "zh": "Chinese",
}  # fmt: skip
"""Those that are told apart, by ISO 639-1 code; others are never sure."""

# Texts so near to each other that a short one may be taken for the other.
_ALIKE = ({"da", "no", "sv"}, {"es", "pt", "it"}, {"ru", "uk"}, {"ar", "fa"}, {"ja", "zh"})
_OF_NO_LANGUAGE = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*`|^>.*$|https?://\S+|(?<!\S)\S+@\S+|[\"“„«][^\"”“»\n]{1,200}[\"”“»]|「[^」]*」|《[^》]*》|(?<!\S)\S*\d\S*|\b[A-Z]{2,}\b",
    re.DOTALL | re.MULTILINE,
)
_LETTER = re.compile(r"[^\W\d_]")
_LETTERS = re.compile(rf"(?:[^\W\d_][\W\d_]*+){{{MIN_LETTERS}}}")
_SMALL_WORD = re.compile(r"(?<![^\W_])[^\W\d_A-Z][^\W\d_]*")
_UNSPACED = re.compile(f"[{UNSPACED}]")


@lru_cache(maxsize=1024)
def language_of(text: str) -> str:
    """The ISO 639-1 code of the language of a text, "" where it is not sure. Code, quotes, addresses and numbers are of
    no language."""
    prose = _OF_NO_LANGUAGE.sub(" ", text[: 2 * TELLING_CHARS])[:TELLING_CHARS]
    if not (_is_mostly_unspaced(prose) or (_LETTERS.search(prose) and _plain_words(prose) >= MIN_PLAIN_WORDS)):
        return ""
    return _identified(" ".join(prose.split()))


@lru_cache(maxsize=1024)
def _identified(prose: str) -> str:
    """Texts that differ in their citations alone have the same prose."""
    language, sureness = _identifier().classify(prose)
    return str(language) if sureness >= SURE else ""


def _is_mostly_unspaced(prose: str) -> bool:
    characters = 0 if prose.isascii() else len(_UNSPACED.findall(prose))
    return characters >= 4 and characters * 2 >= len(_LETTER.findall(prose))


def _plain_words(prose: str) -> int:
    """How many there are, as far as it matters."""
    return sum(1 for _ in islice(_SMALL_WORD.finditer(prose), MIN_PLAIN_WORDS))


def asked_in(question: str, earlier: Sequence[str]) -> str:
    """The language that an answer is expected in: the question's, or where that is too short, the conversation's. ""
    where it is not sure, or the question itself speaks of languages."""
    if any(name.casefold() in question.casefold() for name in _language_names()):
        return ""
    return language_of(question) or (language_of("\n".join((*earlier[-3:], question))) if earlier else "")


def is_judgeable(answer: str) -> bool:
    """Whether there is enough of an answer to tell its language."""
    return len(_UNSPACED.findall(answer)) >= MIN_ANSWER_CHARACTERS or len(_LETTER.findall(answer)) >= MIN_ANSWER_LETTERS


def is_other(answer: str, expected: str) -> bool:
    """Whether the answer surely is in another language than the expected one."""
    if not expected or not is_judgeable(answer):
        return False
    found = language_of(answer)
    return bool(found) and not _are_alike(found, expected)


def is_the_same(answer: str, expected: str) -> bool:
    """Whether the answer surely is in the expected language."""
    return is_judgeable(answer) and _are_alike(language_of(answer), expected)


def are_apart(answer: str, passages: str) -> bool:
    """Whether the answer and the passages are in different languages, so that their words can't be compared."""
    one, other = language_of(answer), language_of(passages)
    return bool(one and other) and one != other


def please(language: str) -> str:
    """What asks a model, in the language itself where it is one of the assistant's, to answer in it."""
    known = lexicons().get(language)
    return known.ask_for_it if known else f"(Please answer in {NAMES[language]}.)"


def _are_alike(one: str, other: str) -> bool:
    return one == other or any({one, other} <= alike for alike in _ALIKE)


def warm_up() -> None:
    """Load the model, which takes a moment: that should not be a customer's."""
    _identifier()


@cache
def _language_names() -> tuple[str, ...]:
    own = (
        "deutsch",
        "englisch",
        "französisch",
        "spanisch",
        "chinesisch",
        "anglais",
        "français",
        "allemand",
        "espagnol",
    )
    more = (
        "chinois",
        "inglés",
        "español",
        "alemán",
        "francés",
        "chino",
        "中文",
        "英文",
        "英语",
        "德语",
        "法语",
        "西班牙语",
    )
    return (*NAMES.values(), *own, *more)


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(NAMES)
    # As it multiplies fastest: each row is one feature's.
    identifier.nb_ptc = np.ascontiguousarray(identifier.nb_ptc, dtype=np.float32)
    return identifier
