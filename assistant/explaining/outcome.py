"""What came of a question, then or when it was asked once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.conversations.model import Answer
from assistant.explaining.explanation import Explanation


@dataclass(frozen=True, slots=True)
class FoundChunk:
    """A passage that was found, and how far from the question (cosine distance)."""

    chunk_id: int
    title: str
    uri: str
    distance: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """A decision with its answer, and what it was made by; `timings_s` seconds by step."""

    decision: str
    text: str
    searched: tuple[str, ...] = ()
    chunks: tuple[FoundChunk, ...] = ()
    prompt_version: str = ""
    model_id: str = ""
    gate: Mapping[str, Any] = field(default_factory=dict)
    timings_s: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Replay:
    """A question with what came of it then, and what comes of it now."""

    message_id: int
    question: str
    before: Outcome
    after: Outcome


def stored_outcome(explanation: Explanation) -> Outcome:
    """What came of it then; with no decision where nothing was answered."""
    reply, trace = explanation.reply, explanation.trace
    if reply is None or trace is None:
        return Outcome("", "")
    return Outcome(
        reply.decision,
        reply.text,
        trace.searched,
        tuple(FoundChunk(chunk.chunk_id, chunk.title, chunk.uri, chunk.distance) for chunk in trace.chunks),
        trace.prompt_version,
        trace.model_id,
        trace.gate,
        trace.timings_s,
    )


def new_outcome(answer: Answer) -> Outcome:
    """What comes of it now."""
    trace = answer.trace
    return Outcome(
        answer.decision,
        answer.text,
        trace.searched,
        tuple(_found(chunk) for chunk in trace.chunks),
        trace.prompt_version,
        trace.model_id,
        trace.gate or {},
        trace.timings_s or {},
    )


def _found(chunk: Mapping[str, Any]) -> FoundChunk:
    return FoundChunk(chunk["chunk_id"], chunk["title"], chunk["uri"], chunk["distance"])
