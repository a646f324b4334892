"""The words of a text, by which two texts can be compared in any script."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import chain, pairwise
from string import punctuation
from typing import NamedTuple

from assistant.checks.lexicon import every

MIN_WORD_CHARS = 4
"""Shorter words are mostly of grammar, and tell nothing of what is said; but for names in capitals, like VAT."""
MIN_NAME_CHARS = 2
_STEM_CHARS = 6
REMEMBERED = 1 << 14
MAX_REMEMBERED_CHARS = 24
"""Longer pieces are rare, or phrases of a script without spaces; and hostile ones must not fill the memory."""

# Scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, kana, Han; and Hangul, whose words take endings.
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
RUN = re.compile(rf"[{UNSPACED}]+|[^\W\d_{UNSPACED}]+")
"""Letters that stand together: a word, or a phrase of a script without spaces."""
TOKEN = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_NOT_ALNUM = re.compile(r"[\W_]+")


class Piece(NamedTuple):
    """What stands between white space. `runs`: its letters that stand together (see RUN), in lower case; `squashed`:
    its letters and digits, in lower case; `stems`: all that content words can be found among."""

    runs: tuple[str, ...]
    squashed: str
    stems: tuple[str, ...]
    content_words: tuple[str, ...]


def pieces(text: str) -> list[Piece]:
    """The pieces of a text, in order. Most came before, and are remembered."""
    return [_remembered(piece) if len(piece) <= MAX_REMEMBERED_CHARS else _read(piece) for piece in text.split()]


def runs(text: list[Piece]) -> tuple[str, ...]:
    """The runs of a text in pieces, in order."""
    return tuple(chain.from_iterable([piece.runs for piece in text]))


def stems(text: list[Piece]) -> frozenset[str]:
    """The stems of a text in pieces."""
    return frozenset(chain.from_iterable([piece.stems for piece in text]))


def known_words(text: str) -> frozenset[str]:
    """All that `content_words` of another text can be found among."""
    return stems(pieces(text))


@lru_cache(maxsize=2048)
def content_words(text: str) -> tuple[str, ...]:
    """What the text speaks of, in order: the stems of its words without those of grammar, and of scripts without
    spaces each two neighbouring characters. Numbers are not among them."""
    return tuple(chain.from_iterable([piece.content_words for piece in pieces(text)]))


@lru_cache(maxsize=256)
def tokens(text: str) -> tuple[str, ...]:
    """The words and numbers in lower case, in order; of scripts without spaces the characters."""
    return tuple(TOKEN.findall(text.casefold()))


def squashed(text: str) -> str:
    """Its letters and digits alone, in lower case."""
    return _NOT_ALNUM.sub("", text.casefold())


def is_unspaced(text: str) -> bool:
    """Whether it holds anything of a script without spaces."""
    return not text.isascii() and _UNSPACED.search(text) is not None


def _read(text: str) -> Piece:
    core = text.strip(punctuation)
    if core.isascii() and core.isalpha():  # nearly always: a word, and perhaps a comma behind it
        folded = core.casefold()
        return _piece([core], (folded,), folded)
    return _piece(RUN.findall(text), tuple(RUN.findall(text.casefold())), squashed(text))


_remembered = lru_cache(maxsize=REMEMBERED)(_read)


def _piece(written: list[str], folded: tuple[str, ...], letters: str) -> Piece:
    known, content = list[str](), list[str]()
    for run in written:
        parts = _parts(run)
        known += parts
        is_telling = len(run) >= MIN_WORD_CHARS or run.isupper() or _UNSPACED.match(run)
        if is_telling and run.casefold() not in _grammar():
            content += parts
    return Piece(folded, letters, tuple(known), tuple(content))


@cache
def _grammar() -> frozenset[str]:
    return frozenset(word for words in every("grammar") for word in words.split())


def _parts(run: str) -> list[str]:
    if _UNSPACED.match(run):
        return [one + other for one, other in pairwise(run)]
    return [_stem(run)] if len(run) >= MIN_NAME_CHARS else []


def _stem(word: str) -> str:
    """The beginning of a word, alike for most of its forms: "invoice", "invoices" and "invoiced" are one."""
    stem = word.casefold()[:_STEM_CHARS]
    for ending in "se":
        if len(stem) > MIN_WORD_CHARS and stem.endswith(ending):
            stem = stem[:-1]
    return stem
