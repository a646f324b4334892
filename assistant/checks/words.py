"""The words of a text, by which two texts can be compared in any script."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from assistant.checks.lexicon import every

MIN_WORD_CHARS = 4
"""Shorter words are mostly of grammar, and tell nothing of what is said; but for names in capitals, like VAT."""
_STEM_CHARS = 6

# Scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, kana, Han; and Hangul, whose words take endings.
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
RUN = re.compile(rf"[{UNSPACED}]+|[^\W\d_{UNSPACED}]+")
"""Letters that stand together: a word, or a phrase of a script without spaces."""
TOKEN = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
_UNSPACED = re.compile(f"[{UNSPACED}]")


def known_words(text: str) -> frozenset[str]:
    """All that `content_words` of another text can be found among."""
    return frozenset(word for run in RUN.findall(text) for word in _parts(run, 2))


@lru_cache(maxsize=2048)
def content_words(text: str) -> tuple[str, ...]:
    """What the text speaks of, in order: the stems of its words without those of grammar, and of scripts without
    spaces each two neighbouring characters. Numbers are not among them."""
    found: list[str] = []
    for run in RUN.findall(text):
        is_name = len(run) < MIN_WORD_CHARS and run.isupper()
        if run.casefold() not in _grammar():
            found += _parts(run, 2 if is_name else MIN_WORD_CHARS)
    return tuple(found)


def tokens(text: str) -> list[str]:
    """The words and numbers in lower case, in order; of scripts without spaces the characters."""
    return TOKEN.findall(text.casefold())


def is_unspaced(text: str) -> bool:
    """Whether it holds anything of a script without spaces."""
    return _UNSPACED.search(text) is not None


@cache
def _grammar() -> frozenset[str]:
    return frozenset(word for words in every("grammar") for word in words.split())


def _parts(run: str, min_chars: int) -> list[str]:
    if _UNSPACED.match(run):
        return [run[at : at + 2] for at in range(len(run) - 1)]
    return [_stem(run)] if len(run) >= min_chars else []


def _stem(word: str) -> str:
    """The beginning of a word, alike for most of its forms: "invoice", "invoices" and "invoiced" are one."""
    stem = word.casefold()[:_STEM_CHARS]
    for ending in "se":
        if len(stem) > MIN_WORD_CHARS and stem.endswith(ending):
            stem = stem[:-1]
    return stem
