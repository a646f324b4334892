"""What a worker handles: leases, messages that wait, past turns, and answers with their trace."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from adapters.base import Source
from assistant.errors import AssistantError

Decision = Literal["answered", "refused", "helped", "quoted", "busy", "failed"]
"""quoted: the nearest passage, as the model is down. busy: too much was asked. failed: an apology."""


class LeaseLost(AssistantError):
    """Another worker took the conversation over, or its message was changed: what this one did with it is void."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write to a conversation, until another lease with a higher fence is given out."""

    conversation_id: int
    fence: int
    knowledge_set: str


@dataclass(frozen=True, slots=True)
class PendingMessage:
    """A message that waits for its answer. `names_assistant`: by name, not only by being in its thread or chat."""

    id: int
    author_id: str
    author_name: str
    text: str
    attempts: int
    sent_at: datetime
    names_assistant: bool


@dataclass(frozen=True, slots=True)
class PastTurn:
    """An earlier message and the reply it got ("" if none)."""

    author_name: str
    text: str
    reply: str


@dataclass(frozen=True, slots=True)
class Work:
    """The turn of a leased conversation that is to be answered: the oldest message that waits, those that are answered
    together with it, and what was said before (oldest first)."""

    lease: Lease
    messages: tuple[PendingMessage, ...]
    history: tuple[PastTurn, ...]

    @property
    def question(self) -> PendingMessage:
        """The messages as one, under the first one's id."""
        return replace(self.messages[0], text="\n".join(message.text for message in self.messages))


@dataclass(frozen=True, slots=True)
class Trace:
    """Why a reply is as it is. `chunks` hold ids, places, texts and distances; `timings_s` seconds by step; `error` is
    what stood in the way of an answer."""

    prompt_version: str = ""
    prompt: str = ""
    model_id: str = ""
    parameters: dict[str, object] | None = None
    chunks: tuple[dict[str, object], ...] = ()
    gate: dict[str, object] | None = None
    timings_s: dict[str, float] | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out for a message, and why. With `is_dead` it is no answer to the question: the message is kept among
    the dead, where the operator finds it."""

    text: str
    decision: Decision
    sources: tuple[Source, ...]
    trace: Trace
    is_dead: bool = False
