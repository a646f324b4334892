"""Conversations as a worker sees them: leased, drained in order, and written to only under the lease."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from psycopg_pool import ConnectionPool

from assistant.conversations import store_statements as statements
from assistant.conversations.deeds import deed_statement, lock_statement
from assistant.conversations.deliveries import DELIVERY_CHANNEL
from assistant.conversations.handoffs import UNATTENDED, Agents
from assistant.conversations.joining import MAX_JOINED, joined
from assistant.conversations.model import (
    Answer,
    Deed,
    Lease,
    LeaseLost,
    Outdated,
    PastTurn,
    PendingMessage,
    Trace,
    Work,
)
from assistant.database import database_errors, storable, storable_json

LEASE_S = 10
"""How long a lease holds without renewal; the holder renews it every LEASE_S / 4 seconds."""
HISTORY_TURNS = 20


class ConversationStore:
    """The worker's view, through its pool. Each method is one statement. Database trouble is raised as
    DatabaseUnavailable. `agents` are told of what could not be answered, and of conversations that are theirs."""

    def __init__(self, pool: ConnectionPool, owner: str, agents: Agents = UNATTENDED) -> None:
        self._pool = pool
        self._owner = owner
        self._agents = agents

    def take(self, message_id: int) -> Work | None:
        """Lease the message's conversation, and give its next turn; None if it is leased, or nothing of it is due."""
        parameters = {"message_id": message_id, "owner": self._owner, "lease_s": LEASE_S}
        row = self._one_row(statements.TAKE, parameters | _window())
        if row is None:
            return None
        *lease, waiting, history = row
        return Work(Lease(*lease), joined(_pending(waiting)), tuple(past_turns(history)))

    def reply(self, work: Work, answer: Answer) -> Work | None:
        """Commit reply, delivery and trace, tell the gateways, and give the next turn of the conversation; without one
        that is due the lease is released. May be repeated. Raises LeaseLost when the lease is another's, and Outdated,
        still holding it, when documents that the answer was made from are gone."""
        parameters = _fence(work.lease) | _reply_parameters(work, answer) | self._alert_parameters(work, answer)
        parameters |= _window(message.id for message in work.messages)
        is_current, reply_id, is_released, waiting, history, _ = self._committed(work, answer.deed, parameters)
        if not is_current:
            raise Outdated("documents that the answer was made from were changed meanwhile")
        if is_released or not waiting:
            return None
        question = work.question
        turns = past_turns(history)
        if question.command is None:
            said = PastTurn(question.author_name, question.text, answer.text, "customer", answer.decision, reply_id)
            turns.append(replace(said, received_at=question.received_at))
        return Work(work.lease, joined(_pending(waiting)), tuple(turns)[-HISTORY_TURNS:])

    def preview(self, work: Work, text: str, link_hosts: Sequence[str], chunk_ids: Sequence[int]) -> None:
        """Let people see the answer as far as it is written. Nothing where the lease is another's by now, or the chunks
        are gone."""
        parameters: dict[str, object] = {
            "message_id": work.messages[0].id,
            "text": storable(text),
            "link_hosts": list(link_hosts),
            "chunk_ids": list(chunk_ids),
            "reply_ids": _reply_ids(work),
            "example_ids": [],
            "delivery_channel": DELIVERY_CHANNEL,
        }
        self._execute(statements.PREVIEW, _fence(work.lease) | parameters)

    def postpone(self, work: Work, delay_s: float, error: str) -> None:
        """Count a failed attempt; release the lease, the message being due in `delay_s` seconds. Raises LeaseLost."""
        parameters = {"message_id": work.messages[0].id, "delay_s": delay_s, "error": error}
        if self._one_row(statements.POSTPONE, _fence(work.lease) | parameters) is None:
            raise _lost(work.lease)

    def renew(self, leases: Sequence[Lease]) -> None:
        """Hold the leases for another LEASE_S seconds; those that were lost stay lost."""
        self._execute(statements.RENEW, _held(leases) | {"lease_s": LEASE_S})

    def release(self, leases: Sequence[Lease]) -> None:
        """Hand the conversations back; nothing more can be written under these leases."""
        self._execute(statements.RELEASE, _held(leases))

    def drop_broken_connections(self) -> None:
        """After a restart of Postgres: otherwise each old connection of the pool would fail once more."""
        self._pool.check()

    def _committed(self, work: Work, deed: Deed | None, parameters: dict[str, object]) -> Any:
        """The row of REPLY; the deed is done with it, or neither. Raises LeaseLost."""
        if deed is None:
            row = self._one_row(statements.REPLY, parameters)
            if row is None:
                raise _lost(work.lease)
            return row
        statement, facts = deed_statement(work, deed, self._agents)
        with database_errors(), self._pool.connection() as connection, connection.transaction():
            connection.execute(lock_statement(deed), parameters | facts)
            connection.execute(statement, parameters | facts)
            row = connection.execute(statements.REPLY, parameters).fetchone()
            if row is None:
                raise _lost(work.lease)  # which undoes the deed
            return row

    def _execute(self, statement: str, parameters: dict[str, object]) -> None:
        with database_errors(), self._pool.connection() as connection:
            connection.execute(statement, parameters)

    def _one_row(self, statement: str, parameters: dict[str, object]) -> Any:
        with database_errors(), self._pool.connection() as connection:
            return connection.execute(statement, parameters).fetchone()

    def _alert_parameters(self, work: Work, answer: Answer) -> dict[str, object]:
        address = self._agents.address if answer.is_dead else None
        return {
            "alert_platform": address.platform if address else None,
            "alert_address": address.to_json() if address else None,
            "alert": f"A message could not be answered: `assistant dead show {work.messages[0].id}` tells why.",
        }


def _window(ids: Iterable[int] = ()) -> dict[str, object]:
    return {"ids": list(ids), "max_waiting": MAX_JOINED, "max_turns": HISTORY_TURNS}


def _reply_ids(work: Work) -> list[int]:
    return [turn.reply_id for turn in work.history if turn.reply_id is not None]


def _fence(lease: Lease) -> dict[str, object]:
    return {"conversation_id": lease.conversation_id, "fence": lease.fence}


def _held(leases: Sequence[Lease]) -> dict[str, object]:
    return {"ids": [lease.conversation_id for lease in leases], "fences": [lease.fence for lease in leases]}


def _lost(lease: Lease) -> LeaseLost:
    return LeaseLost(f"conversation {lease.conversation_id} was taken over, or its message changed")


def _pending(waiting: Sequence[dict[str, Any]]) -> list[PendingMessage]:
    return [
        PendingMessage(
            **message
            | {
                "sent_at": datetime.fromisoformat(message["sent_at"]),
                "received_at": datetime.fromisoformat(message["received_at"]),
                "attachments": tuple(message["attachments"]),
            }
        )
        for message in waiting
    ]


def past_turns(history: Sequence[Sequence[Any]] | None) -> list[PastTurn]:
    """The turns as the statements give them."""
    return [
        replace(PastTurn(*turn), received_at=datetime.fromisoformat(received_at))
        for *turn, received_at in history or ()
    ]


def _said_since(work: Work, trace: Trace) -> datetime | None:
    """When we got the oldest of what people wrote that the trace may hold; None where it holds nothing of that."""
    if not (trace.prompt or trace.searched or trace.checks):
        return None
    said = [turn.received_at for turn in work.history if turn.text or turn.reply]
    times = [*said, *(message.received_at for message in work.messages)]
    return min((time for time in times if time is not None), default=None)


def _reply_parameters(work: Work, answer: Answer) -> dict[str, object]:
    trace = answer.trace
    return {
        "message_id": work.messages[0].id,
        "state": "overheard" if answer.is_silent else "dead" if answer.is_dead else "answered",
        "is_silent": answer.is_silent,
        "link_hosts": list(answer.link_hosts),
        "buttons": json.dumps([asdict(button) for button in answer.buttons]),
        "chunk_ids": list(answer.chunk_ids),
        "reply_ids": _reply_ids(work),
        "example_ids": list(trace.example_ids),
        "error": trace.error or None,
        "text": storable(answer.text),
        "decision": answer.decision,
        "sources": json.dumps([asdict(source) for source in answer.sources]),
        "prompt_version": trace.prompt_version,
        "prompt": storable(trace.prompt),
        "model_id": trace.model_id,
        "parameters": json.dumps(trace.parameters or {}),
        "chunks": json.dumps(trace.chunks),
        "gate": json.dumps(trace.gate or {}),
        "timings_s": json.dumps(trace.timings_s or {}),
        "searched": storable_json(trace.searched),
        "checks": storable_json(trace.checks or {}),
        "said_since": _said_since(work, trace),
        "delivery_channel": DELIVERY_CHANNEL,
    }
