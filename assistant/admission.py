"""What may come in, and when: everything is stored first, then held against the limits."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from adapters.base import ButtonPress, DeletedMessage, IncomingEvent, IncomingMessage, ReplyAddress
from assistant.allowance import Allowance, Verdict, channel, person
from assistant.conversations.handoffs import Handoffs
from assistant.conversations.inbox import Inbox
from assistant.conversations.model import Accepted
from assistant.manners import Manners

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AdmissionLimits:
    """Messages a minute of one person and in one channel (as many may come at once), and how many may wait for an
    answer in all; 0: no limit."""

    per_person: float = 0.0
    per_channel: float = 0.0
    max_waiting: int = 0


UNLIMITED = AdmissionLimits()


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an event: the message for which a worker is to be woken, if any, a word for whoever pressed a
    button, and where a reply is waited for now, if somewhere."""

    message_id: int | None = None
    word: str | None = None
    asked_at: ReplyAddress | None = None


class Admission:
    """The way in behind the adapters. `waiting` tells how many messages wait for an answer by now."""

    def __init__(
        self,
        inbox: Inbox,
        handoffs: Handoffs,
        manners: Manners,
        limits: AdmissionLimits,
        waiting: Callable[[], int],
    ) -> None:
        self._inbox = inbox
        self._handoffs = handoffs
        self._manners = manners
        self._people = Allowance(limits.per_person)
        self._channels = Allowance(limits.per_channel)
        self._max_waiting = limits.max_waiting
        self._waiting = waiting

    async def take(self, event: IncomingEvent) -> Taken:
        """Store the event. Raises DatabaseUnavailable."""
        if isinstance(event, ButtonPress):
            return Taken(*await self._handoffs.press(event))
        if isinstance(event, DeletedMessage):
            deleted = await self._inbox.delete(event)
            return Taken(deleted.message_id if deleted.is_pending else None)
        accepted = await self._accepted(event)
        if accepted.message_id is None or not accepted.is_pending:
            return Taken()
        # A message that waited before is owed its answer.
        is_owed = accepted.state_before == "pending"
        if is_owed or await self._is_admitted(accepted.message_id, event, accepted.state_before):
            return Taken(accepted.message_id, asked_at=accepted.asked_at)
        return Taken()

    async def _accepted(self, message: IncomingMessage) -> Accepted:
        if message.edited_at is not None:
            return await self._inbox.edit(message)
        passed_on = await self._handoffs.take_word(message) if self._handoffs.concerns(message) else None
        return passed_on or await self._inbox.accept(message)

    async def _is_admitted(self, message_id: int, message: IncomingMessage, state_before: str) -> bool:
        """Whether the message may be answered at once; what may not is put off, or told so."""
        verdict = self._verdict(message)
        if verdict.delay_s == 0.0:
            return True
        facts = {"action": "limit", "message_id": message_id, "platform": message.address.platform}
        _log.warning("too much is asked", extra=facts | {"delay_s": verdict.delay_s})
        if verdict.delay_s is not None:
            await self._inbox.postpone(message_id, verdict.delay_s)
        elif state_before in ("answered", "dead"):  # it keeps the reply that it has
            await self._inbox.leave(message_id, state_before)
        elif verdict.tell:
            await self._inbox.tell_busy(message_id, self._manners.at(message.address).phrases.busy)
        else:
            await self._inbox.leave(message_id, "overheard")
        return False

    def _verdict(self, message: IncomingMessage) -> Verdict:
        writer = person(message.address, message.author_id)
        if self._max_waiting and self._waiting() >= self._max_waiting:
            return self._people.refusal(writer)
        verdicts = [self._people.take(writer), self._channels.take(channel(message.address))]
        refused = [verdict for verdict in verdicts if verdict.delay_s is None]
        return refused[0] if refused else max(verdicts, key=lambda verdict: verdict.delay_s or 0.0)
