"""What a worker handles: leases, messages that wait, past turns, and answers with their trace."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from adapters.base import Button, ReplyAddress, Source
from assistant.errors import AssistantError

Decision = Literal[
    "answered", "refused", "helped", "quoted", "busy", "failed", "chatted", "handed_off", "commanded", "asked_back"
]
"""quoted: the nearest passage, as the model is down. busy: too much was asked. failed: an apology. chatted: a greeting.
commanded: what was told to be done is done. asked_back: the question may mean several things, and its author is asked
which."""
Command = Literal["human", "forget", "sources", "resume", "rated"]
"""What is to be done instead of answering. rated: call a human, as the answers were rated badly."""
Role = Literal["customer", "agent"]
HandoffReason = Literal["asked", "refused", "rated"]


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of an event: `message_id` is None where nothing was stored or changed (a twin, or not our
    conversation); `is_pending` tells whether that message waits for an answer; `state_before` is "" for a new one.
    `asked_at` is where a reply is waited for, None where nobody asked the assistant."""

    message_id: int | None
    is_pending: bool = False
    state_before: str = ""
    asked_at: ReplyAddress | None = None


NOTHING = Accepted(None)


class LeaseLost(AssistantError):
    """Another worker took the conversation over, or its message was changed: what this one did with it is void."""


class Outdated(AssistantError):
    """Documents that the answer was made from were changed or removed meanwhile: nothing was stored."""

    retryable = True


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write to a conversation, until another lease with a higher fence is given out."""

    conversation_id: int
    fence: int
    knowledge_set: str
    platform: str = ""
    workspace: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class PendingMessage:
    """A message that waits for its answer. `names_assistant`: by name, not only by being in its thread or chat.
    `is_overheard`: it was said to nobody. `may_preview`: its answer can be shown before it is complete."""

    id: int
    author_id: str
    author_name: str
    text: str
    attempts: int
    sent_at: datetime
    names_assistant: bool
    command: Command | None = None
    attachments: tuple[str, ...] = ()
    is_overheard: bool = False
    may_preview: bool = False
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PastTurn:
    """An earlier message, by a customer or a human agent, and the assistant's reply to it ("" if none) with its
    decision and id (None if it must not be built on). `received_at`: when we got the message."""

    author_name: str
    text: str
    reply: str
    role: Role = "customer"
    decision: Decision | Literal[""] = ""
    reply_id: int | None = None
    received_at: datetime | None = None


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
        text = "\n".join(message.text for message in self.messages)
        attachments = tuple(name for message in self.messages for name in message.attachments)
        return replace(self.messages[0], text=text, attachments=attachments)


@dataclass(frozen=True, slots=True)
class Trace:
    """Why a reply is as it is. `searched`: the questions as they were searched. `chunks` hold ids, places, texts and
    distances; `checks` what was found wanting in what the model wrote; `timings_s` seconds by step; `error` is what
    stood in the way of an answer; `example_ids` the replies that the prompt shows as examples."""

    prompt_version: str = ""
    prompt: str = ""
    model_id: str = ""
    parameters: dict[str, object] | None = None
    chunks: tuple[dict[str, object], ...] = ()
    gate: dict[str, object] | None = None
    timings_s: dict[str, float] | None = None
    error: str = ""
    searched: tuple[str, ...] = ()
    checks: dict[str, object] | None = None
    example_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Handoff:
    """Done with an answer: the conversation is given to the human agents, who read `notice` (Markdown) above a button
    with that label, which gives it back."""

    reason: HandoffReason
    notice: str
    give_back: str


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Done with an answer: the assistant takes the conversation back, and the agents read `notice`."""

    notice: str


@dataclass(frozen=True, slots=True)
class Forget:
    """Done with an answer: all that its author ever wrote on the platform is erased, and what was answered."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Done with an answer: its author rates an earlier reply 1 or -1."""

    rating: Literal[1, -1]
    reply_id: int


Deed = Handoff | TakeBack | Forget | Rate


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out for a message, and why. With `is_dead` it is no answer to the question: the message is kept among
    the dead, where the operator finds it. `is_silent`: nothing goes out after all. `link_hosts`, `buttons`: see
    adapters.base.Reply. `chunk_ids`: what it was made from. `deed` is done in the transaction that commits the answer.
    """

    text: str
    decision: Decision
    sources: tuple[Source, ...]
    trace: Trace
    is_dead: bool = False
    is_silent: bool = False
    link_hosts: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    chunk_ids: tuple[int, ...] = ()
    deed: Deed | None = None
