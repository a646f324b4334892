"""What a template sees: a prompt's context with every text made harmless, and its turns made to alternate.

Templates get nothing but a `PromptView`, so that no template author can forget to clean a text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from prompts.control_text import disarm
from prompts.model import Example, Passage, Persona, PromptContext, Turn
from prompts.plain_text import label, name, plain, uncited

# Stands for the customer where the agent spoke first: models are trained on turns that begin with the user. Of no
# language, lest it change the language of the reply.
UNSPOKEN = "..."


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the customers said, and what the agents answered."""

    customer: str
    agent: str


@dataclass(frozen=True, slots=True)
class NumberedPassage:
    """One passage as it is cited: `number` counts from 1, `header` is one line of title and heading."""

    number: int
    header: str
    text: str


@dataclass(frozen=True, slots=True)
class PromptView:
    """All that a template may use, under these names. `exchanges` alternate strictly, oldest first; `question` holds
    all that the customers said since the last exchange. Of the `examples` all lines but the first are indented."""

    persona: Persona
    exchanges: tuple[Exchange, ...]
    passages: tuple[NumberedPassage, ...]
    question: str
    examples: tuple[Exchange, ...] = ()


def view(context: PromptContext) -> PromptView:
    """The harmless, alternating view of `context`. Raises ValueError where the question is not a customer's."""
    if context.question.role != "customer":
        raise ValueError("the question must be a turn of a customer")
    sides = _sides((*context.history, context.question))
    return PromptView(
        persona=_persona(context.persona),
        exchanges=tuple(Exchange(customer, agent) for customer, agent in zip(sides[::2], sides[1::2], strict=False)),
        passages=tuple(_numbered(number, passage) for number, passage in enumerate(context.passages, start=1)),
        question=sides[-1],
        examples=tuple(_example(example) for example in context.examples),
    )


@lru_cache(maxsize=16)
def _persona(persona: Persona) -> Persona:
    return Persona(
        name=label(persona.name),
        organisation=label(persona.organisation),
        voice=plain(persona.voice),
        signature=label(persona.signature),
        reply_sentences=persona.reply_sentences,
    )


@lru_cache(maxsize=1024)
def _numbered(number: int, passage: Passage) -> NumberedPassage:
    parts = [part for part in (label(passage.title), label(passage.heading)) if part]
    return NumberedPassage(number, disarm(" - ".join(dict.fromkeys(parts))), uncited(passage.text))


@lru_cache(maxsize=256)
def _example(example: Example) -> Exchange:
    question, reply = uncited(example.question), plain(example.reply)
    return Exchange(question.replace("\n", "\n  "), reply.replace("\n", "\n  "))


def _sides(turns: Sequence[Turn]) -> list[str]:
    """The texts of customers and agents in turn, beginning and ending with the customers."""
    named = _several_customers(turns)
    *history, question = ((turn.role, _spoken(turn, named=named)) for turn in turns)
    spoken = [*filter(itemgetter(1), history), question]
    sides = [_merged([text for _, text in group]) for _, group in groupby(spoken, key=itemgetter(0))]
    return [UNSPOKEN, *sides] if spoken[0][0] == "agent" else sides


def _merged(texts: list[str]) -> str:
    # Made plain once more: two harmless messages could make control text between them.
    return plain("\n".join(texts)) if len(texts) > 1 else texts[0]


def _several_customers(turns: Sequence[Turn]) -> bool:
    return len({turn.author_name for turn in turns if turn.role == "customer" and turn.author_name}) > 1


def _spoken(turn: Turn, *, named: bool) -> str:
    """The turn's text, "" if nothing is visible in it. Where several customers speak, their names stand before it, and
    its other lines are indented, so that no line of one person can pass for another's."""
    text = plain(turn.text) if turn.role == "agent" else uncited(turn.text)
    if turn.role == "agent" or not named or not text:
        return text
    indented = text.replace("\n", "\n  ")
    # Made plain once more: a name and its colon could make a label of the template.
    return plain(f"{name(turn.author_name) or 'Customer'}: {indented}")
