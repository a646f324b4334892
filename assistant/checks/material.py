"""What an answer is checked against."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from assistant.checks.echoes import spaced
from assistant.checks.languages import asked_in
from assistant.checks.support import Evidence
from prompts.model import Persona


@dataclass(frozen=True)
class Material:
    """All that a reply may be made from, and what it should be like. `passages`: the texts in the order of their
    numbers; `sources`: for each its title, heading and address. `said`: what the customers and the agents said before,
    oldest first, and `names` who they are. `told`: see echoes.instructions. `min_support`: the share of a statement's
    words that the passages must hold."""

    question: str
    persona: Persona
    passages: tuple[str, ...]
    sources: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    earlier_questions: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    told: str = ""
    min_support: float = 0.0

    @cached_property
    def evidence(self) -> Evidence:
        """The passages with their titles, and what may be repeated besides."""
        titled = [f"{text}\n{source}" for text, source in zip(self.passages, self._padded_sources, strict=True)]
        owner = f"{self.persona.name} {self.persona.organisation} {self.persona.signature}"
        return Evidence.of(titled, (self.question, *self.said, owner))

    @cached_property
    def spaced(self) -> str:
        """The words of all that may be repeated, as `echoes` compares them."""
        owner = f"{self.persona.name} the customer service assistant of {self.persona.organisation}"
        return "|".join(map(spaced, (*self.passages, *self.sources, self.question, *self.said, owner)))

    @cached_property
    def folded(self) -> str:
        """The passages in lower case, on one line."""
        return " ".join(" ".join(self.passages).casefold().split())

    @cached_property
    def language(self) -> str:
        """The language that the answer should be in, "" where that is not sure."""
        return asked_in(self.question, self.earlier_questions)

    @property
    def _padded_sources(self) -> tuple[str, ...]:
        return self.sources or ("",) * len(self.passages)
