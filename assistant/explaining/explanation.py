"""All that explains one answer, as it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

ChunkState = Literal["as it was", "changed since", "removed since"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A message, with those that were answered together with it (`joined`). `erased_at`: when its text was erased."""

    message_id: int
    platform: str
    workspace: str
    channel: str
    thread: str
    author_id: str
    author_name: str
    text: str
    joined: tuple[int, ...]
    knowledge_set: str
    sent_at: datetime
    state: str
    is_overheard: bool
    command: str | None
    attachments: tuple[str, ...]
    attempts: int
    error: str | None
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class Replied:
    """What was answered. `is_withdrawn`: documents that it was made from were changed or removed since."""

    reply_id: int
    decision: str
    text: str
    created_at: datetime
    is_withdrawn: bool
    sources: tuple[dict[str, Any], ...]
    chunk_ids: tuple[int, ...]
    ratings: dict[str, int]


@dataclass(frozen=True, slots=True)
class UsedChunk:
    """A passage that was found, as it was then ("" where its text was erased since), and what became of it. `number` is
    the one that it is cited by, None where the model did not see it."""

    chunk_id: int
    title: str
    heading: str
    uri: str
    text: str
    distance: float
    relevance: float
    rerank_distance: float | None
    number: int | None
    is_cited: bool
    state: ChunkState


@dataclass(frozen=True, slots=True)
class Traced:
    """How the reply was made: see conversations.model.Trace. `prompt` is "" where none was needed, or it was erased."""

    prompt_version: str
    prompt: str
    model_id: str
    parameters: dict[str, Any]
    searched: tuple[str, ...]
    gate: dict[str, Any]
    checks: dict[str, Any]
    timings_s: dict[str, float]
    chunks: tuple[UsedChunk, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """What was to be visible for the message, and how far it is."""

    delivery_id: int
    state: str
    is_reply: bool
    is_preview: bool
    attempts: int
    parts_sent: int
    platform_message_ids: tuple[str, ...]
    error: str | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class HandedOff:
    """A time in which the conversation was the human agents'."""

    reason: str
    opened_at: datetime
    human_since: datetime | None
    closed_at: datetime | None
    closed_by: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Who asked what, what was answered, and why; `reply` and `trace` are None where nothing was answered."""

    asked: Asked
    reply: Replied | None
    trace: Traced | None
    deliveries: tuple[Sent, ...]
    handoffs: tuple[HandedOff, ...]


def read_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """JSON values as our dataclasses have them: lists as tuples, times as datetimes."""
    return {name: _read(name, value) for name, value in values.items()}


def _read(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    is_time = isinstance(value, str) and name in _TIMES
    return datetime.fromisoformat(value) if is_time else value


_TIMES = frozenset({"sent_at", "erased_at", "created_at", "updated_at", "opened_at", "human_since", "closed_at"})
