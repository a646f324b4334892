"""What a worker handles: leases, messages that wait, past turns, and answers with their trace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from adapters.base import Source
from assistant.errors import AssistantError

Decision = Literal["answered", "refused", "helped", "failed"]


class LeaseLost(AssistantError):
    """Another worker took the conversation over: what this one did with it is void."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write to a conversation, until another lease with a higher fence is given out."""

    conversation_id: int
    fence: int
    knowledge_set: str


@dataclass(frozen=True, slots=True)
class PendingMessage:
    """A message that waits for its answer; `is_due` is false while a retry waits for its time."""

    id: int
    author_id: str
    author_name: str
    text: str
    attempts: int
    received_at: datetime
    is_due: bool


@dataclass(frozen=True, slots=True)
class PastTurn:
    """An earlier message and the reply it got ("" if none)."""

    author_name: str
    text: str
    reply: str


@dataclass(frozen=True, slots=True)
class Trace:
    """Why a reply is as it is. `chunks` hold ids, places, texts and distances; `timings_s` seconds by step."""

    prompt_version: str = ""
    prompt: str = ""
    model_id: str = ""
    parameters: dict[str, object] | None = None
    chunks: tuple[dict[str, object], ...] = ()
    gate: dict[str, object] | None = None
    timings_s: dict[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out for a message, and why."""

    text: str
    decision: Decision
    sources: tuple[Source, ...]
    trace: Trace
