"""What goes into a prompt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["customer", "agent"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation. `author_name` matters only where several people speak."""

    role: Role
    text: str
    author_name: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """One retrieved chunk as the model sees it, in order of relevance."""

    text: str
    title: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A good reply to another question, of another conversation, without anybody's name."""

    question: str
    reply: str


@dataclass(frozen=True, slots=True)
class Persona:
    """Who speaks: `voice` is a sentence on tone, `signature` closes an answer ("" for none), `reply_sentences` is the
    wanted length of a reply."""

    name: str
    organisation: str
    voice: str
    signature: str
    reply_sentences: int


@dataclass(frozen=True, slots=True)
class PromptContext:
    """All that a template may use. `history` is oldest first and does not hold `question`. `examples`: the nearest to
    the question first; only some templates show them."""

    persona: Persona
    question: Turn
    history: tuple[Turn, ...] = ()
    passages: tuple[Passage, ...] = ()
    examples: tuple[Example, ...] = ()
