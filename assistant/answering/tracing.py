"""What is kept of how an answer came about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from assistant.answering.task import Clock
from assistant.conversations.model import Trace
from assistant.gate import GateResult
from assistant.vector_store.base import RetrievedChunk


def trace_of(chunks: Sequence[RetrievedChunk], gate: GateResult, clock: Clock) -> Trace:
    """The trace as far as the gate: the chunks, the values that decided, and the times, which go on being taken."""
    values = asdict(replace(gate, chunks=()))
    del values["chunks"], values["searched"]
    return Trace(searched=gate.searched, chunks=tuple(map(_facts, chunks)), gate=values, timings_s=clock.timings_s)


def chunk_ids(chunks: Sequence[RetrievedChunk]) -> tuple[int, ...]:
    """All chunks in these passages, each once, in order."""
    return tuple(sorted({chunk_id for chunk in chunks for chunk_id in chunk.chunk_ids or (chunk.chunk_id,)}))


def _facts(chunk: RetrievedChunk) -> dict[str, object]:
    """As asdict, which takes a copy of each value, and ten times as long."""
    return {name: getattr(chunk, name) for name in RetrievedChunk.__slots__}
