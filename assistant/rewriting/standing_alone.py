"""Tells whether a question can be understood without what was said before it."""

from __future__ import annotations

import re

from assistant.checks.words import TOKEN, is_unspaced
from assistant.rewriting.words import Leaning, languages

MIN_WORDS = 3
"""A message of fewer words, "overseas?", is the rest of a sentence that its author takes as said."""
MIN_CHARACTERS = 4
"""The same in scripts without spaces."""
NAMED = 3
"""Words of its own that a question has named before a pronoun, which then mostly stands for one of these: "Can newborns
catch COVID-19 from their mother?"."""

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u02bc": "'"})


def stands_alone(question: str) -> bool:
    """Whether it names what it asks about. A rule of words: wrong now and then, and always of the same mind. In doubt,
    and in a language that it does not know, a question stands alone."""
    text = " ".join(question.casefold().translate(_APOSTROPHES).split()).lstrip("¿¡\"'(- ")
    words = TOKEN.findall(text)
    if len(words) < (MIN_CHARACTERS if is_unspaced(text) else MIN_WORDS):
        return False
    leaning = _language(text, words)
    if all(word in leaning.grammar for word in words) or leaning.openers.match(text):
        return False
    meant = leaning.expletive.sub(" ", text)
    reference = leaning.refers.search(meant)
    return reference is None or _named(meant[: reference.start()], leaning) >= NAMED


def _named(text: str, leaning: Leaning) -> int:
    return sum(word not in leaning.grammar for word in TOKEN.findall(text))


def _language(text: str, words: list[str]) -> Leaning:
    """That of which most words of grammar are there; English where none tells."""
    known = languages()
    if _HAN.search(text):
        return known["zh"]
    found = {code: sum(word in each.grammar for word in words) for code, each in known.items()}
    best = max(found.values())
    return known["en"] if found["en"] == best else known[next(code for code in found if found[code] == best)]
