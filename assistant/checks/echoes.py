"""The instructions of the prompt, where a model repeats them to the customer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from assistant.checks.words import tokens
from prompts.model import Passage, Persona, PromptContext, Turn
from prompts.render import render

WINDOW = 8
"""So many words in a row that stand in the instructions are no chance."""
MIN_WORDS = 4
_FILLER = "…"


@lru_cache(maxsize=64)
def instructions(family: str, persona: Persona, template: str = "answer") -> str:
    """The words of the prompt that are the template's and the persona's own, in lower case, one blank between them."""
    unsigned = replace(persona, signature="")
    exchanged = (Turn("customer", _FILLER), Turn("agent", _FILLER))
    question, passages = Turn("customer", _FILLER), (Passage(_FILLER, _FILLER),)
    contexts = (PromptContext(unsigned, question, exchanged, passages), PromptContext(unsigned, question))
    return spaced(" ".join(render(family, context, template) for context in contexts))


def spaced(text: str) -> str:
    """The words of a text with blanks around them, so that words in a row can be looked for."""
    return f" {' '.join(tokens(text))} "


def is_echo(sentence: str, told: str, material: Callable[[], str]) -> bool:
    """Whether the sentence repeats what the model was `told`, and not what stands in the `material` (both `spaced`)."""
    words = tokens(sentence)
    if len(words) < MIN_WORDS:
        return False
    length = min(len(words), WINDOW)
    windows = (f" {' '.join(words[at : at + length])} " for at in _told_places(words, length, told))
    return any(window in told and window not in material() for window in windows)


def _told_places(words: Sequence[str], length: int, told: str) -> Iterator[int]:
    """Where so many words in a row are all among those of `told`, in whatever order: nearly nowhere."""
    known, run = _vocabulary(told), 0
    for at, word in enumerate(words, start=1):
        run = run + 1 if word in known else 0
        if run >= length:
            yield at - length


@lru_cache(maxsize=64)
def _vocabulary(told: str) -> frozenset[str]:
    return frozenset(told.split())
