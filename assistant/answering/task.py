"""A question on its way to an answer."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from assistant.checks.echoes import instructions
from assistant.checks.material import Material
from assistant.conversations.model import PastTurn, PendingMessage
from assistant.conversations.rated import RatedExchange
from assistant.gate import GateResult
from assistant.phrases import Phrases
from assistant.vector_store.base import RetrievedChunk
from assistant.worker import Show
from prompts.model import Example, Passage, Persona, PromptContext, Turn


class Clock:
    """Seconds by step, all passes together; a step may lie within another."""

    def __init__(self) -> None:
        self.timings_s: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            taken_s = self.timings_s.get(name, 0.0) + time.perf_counter() - started
            self.timings_s[name] = round(taken_s, 6)


@dataclass(frozen=True, slots=True)
class Task:
    """A question that is to be answered from the chunks that passed the gate. `is_verbatim`: an answer that stands in
    the documents may be given in their words. `template`: of the prompt. `examples`: the
    nearest first. `begun_at` is of the monotonic clock."""

    message: PendingMessage
    history: Sequence[PastTurn]
    persona: Persona
    phrases: Phrases
    gate: GateResult
    clock: Clock
    show: Show | None
    template: str = "answer"
    is_verbatim: bool = False
    examples: Sequence[RatedExchange] = ()
    begun_at: float = field(default_factory=time.monotonic)

    def context(self, wish: str = "") -> PromptContext:
        """What the prompt is made of; `wish` stands behind the question."""
        passages = (Passage(chunk.text, chunk.title, chunk.subheading) for chunk in self.gate.chunks)
        text = f"{self.message.text}\n{wish}" if wish else self.message.text
        return PromptContext(
            persona=self.persona,
            question=Turn("customer", text, self.message.author_name),
            history=tuple(turns(self.history)),
            passages=tuple(passages),
            examples=tuple(Example(each.question, each.reply) for each in self.examples),
        )

    def material(self, shown: Sequence[RetrievedChunk], family: str, min_support: float) -> Material:
        """What a reply that was made from these chunks is checked against."""
        customers = [turn for turn in self.history if turn.role == "customer"]
        names = (self.message.author_name, *(turn.author_name for turn in customers))
        said = (part for turn in self.history for part in (turn.text, turn.reply) if part)
        return Material(
            question=self.message.text,
            persona=self.persona,
            passages=tuple(chunk.text for chunk in shown),
            sources=tuple(f"{chunk.title} {chunk.heading} {chunk.uri}" for chunk in shown),
            said=tuple(said),
            earlier_questions=tuple(turn.text for turn in customers),
            names=tuple(dict.fromkeys(name for name in names if name)),
            told=instructions(family, self.persona, self.template),
            min_support=min_support,
        )


def turns(history: Sequence[PastTurn]) -> Iterator[Turn]:
    """What was said, by the customers, the agents and the assistant."""
    for past in history:
        yield Turn(past.role, past.text, past.author_name)
        if past.reply:
            yield Turn("agent", past.reply)
