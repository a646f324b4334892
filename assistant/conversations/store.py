"""Conversations as a worker sees them: leased, drained in order, and written to only under the lease."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

import psycopg
from psycopg import Connection
from psycopg_pool import ConnectionPool, PoolTimeout

from assistant.conversations.deliveries import DELIVERY_CHANNEL
from assistant.conversations.model import Answer, Lease, LeaseLost, PastTurn, PendingMessage
from assistant.database import database_unavailable, storable
from assistant.errors import DatabaseUnavailable

LEASE_S = 20
"""How long a lease holds without renewal; the holder renews it every LEASE_S / 4 seconds."""

_LEASE = """
update conversations c set lease_fence = lease_fence + 1, lease_owner = %(owner)s,
    lease_until = now() + %(lease_s)s * interval '1 second'
from messages m
where m.id = %(message_id)s and m.state = 'pending' and c.id = m.conversation_id
  and (c.lease_until is null or c.lease_until < now())
returning c.id, c.lease_fence, c.knowledge_set
"""
_RENEW = """
update conversations set lease_until = now() + %(lease_s)s * interval '1 second'
where id = %(conversation_id)s and lease_fence = %(fence)s
"""
# Released only when nothing is due: a message that was stored while we answered is taken before.
_RELEASE = """
update conversations set lease_owner = null, lease_until = null
where id = %(conversation_id)s and lease_fence = %(fence)s and (%(force)s or not coalesce((
    select due_at <= now() from messages where conversation_id = %(conversation_id)s and state = 'pending'
    order by id limit 1), false))
returning id
"""
_NEXT = """
select id, author_id, author_name, text, attempts, received_at, due_at <= now() as is_due
from messages where conversation_id = %(conversation_id)s and state = 'pending'
order by id limit 1
"""
_HISTORY = """
select m.author_name, m.text, r.text from messages m left join replies r on r.message_id = m.id
where m.conversation_id = %(conversation_id)s and m.id < %(before)s
order by m.id desc limit %(limit)s
"""
_FENCE = "select from conversations where id = %(conversation_id)s and lease_fence = %(fence)s for update"
_REPLY = """
with finished as (
    update messages set state = %(state)s where id = %(message_id)s and state = 'pending' returning id, conversation_id
), reply as (
    insert into replies (message_id, conversation_id, text, decision, sources)
    select id, conversation_id, %(text)s, %(decision)s, %(sources)s from finished returning id, conversation_id
), trace as (
    insert into traces (reply_id, prompt_version, prompt, model_id, parameters, chunks, gate, timings_s)
    select id, %(prompt_version)s, %(prompt)s, %(model_id)s, %(parameters)s, %(chunks)s, %(gate)s, %(timings_s)s
    from reply
)
insert into deliveries (reply_id, conversation_id, platform, workspace)
select reply.id, reply.conversation_id, c.platform, c.workspace from reply join conversations c
    on c.id = reply.conversation_id
"""
_POSTPONE = """
update messages set attempts = attempts + 1, last_error = %(error)s,
    due_at = now() + %(delay_s)s * interval '1 second'
where id = %(message_id)s and state = 'pending'
"""


class ConversationStore:
    """The worker's view, through its pool. Database trouble is raised as DatabaseUnavailable."""

    def __init__(self, pool: ConnectionPool, owner: str) -> None:
        self._pool = pool
        self._owner = owner

    def lease(self, message_id: int) -> Lease | None:
        """The lease of the message's conversation; None if it is held, or the message no longer waits."""
        parameters = {"message_id": message_id, "owner": self._owner, "lease_s": LEASE_S}
        with self._connection() as connection:
            row = connection.execute(_LEASE, parameters).fetchone()
        return Lease(*row) if row else None

    def renew(self, leases: Sequence[Lease]) -> None:
        """Hold the leases for another LEASE_S seconds; those that were lost stay lost."""
        rows = [{"conversation_id": x.conversation_id, "fence": x.fence, "lease_s": LEASE_S} for x in leases]
        with self._connection() as connection, connection.cursor() as cursor:
            cursor.executemany(_RENEW, rows)

    def release(self, lease: Lease, *, force: bool = False) -> bool:
        """Give the lease back; without `force` only if nothing of the conversation is due. Tells whether it did."""
        parameters = {"conversation_id": lease.conversation_id, "fence": lease.fence, "force": force}
        with self._connection() as connection:
            return connection.execute(_RELEASE, parameters).fetchone() is not None

    def next_message(self, lease: Lease) -> PendingMessage | None:
        """The oldest message that waits, due or not."""
        with self._connection() as connection:
            row = connection.execute(_NEXT, {"conversation_id": lease.conversation_id}).fetchone()
        return PendingMessage(*row) if row else None

    def history(self, lease: Lease, before: int, limit: int) -> list[PastTurn]:
        """At most `limit` turns before the message `before`, oldest first."""
        parameters = {"conversation_id": lease.conversation_id, "before": before, "limit": limit}
        with self._connection() as connection:
            rows = connection.execute(_HISTORY, parameters).fetchall()
        return [PastTurn(name, text, reply or "") for name, text, reply in reversed(rows)]

    def reply(self, lease: Lease, message_id: int, answer: Answer) -> None:
        """Commit reply, delivery and trace, and tell the gateways. Raises LeaseLost when the lease is another's."""
        with self._fenced(lease) as connection:
            connection.execute(_REPLY, _reply_parameters(message_id, answer))
            connection.execute(f"notify {DELIVERY_CHANNEL}")

    def postpone(self, lease: Lease, message_id: int, delay_s: float, error: str) -> None:
        """Count a failed attempt; the message is due again in `delay_s` seconds. Raises LeaseLost."""
        with self._fenced(lease) as connection:
            parameters = {"message_id": message_id, "delay_s": delay_s, "error": error}
            connection.execute(_POSTPONE, parameters)

    @contextmanager
    def _fenced(self, lease: Lease) -> Iterator[Connection]:
        """A transaction that holds the conversation's row, under a lease that is still ours."""
        with self._connection() as connection, connection.transaction():
            fence = {"conversation_id": lease.conversation_id, "fence": lease.fence}
            if connection.execute(_FENCE, fence).fetchone() is None:
                raise LeaseLost(f"conversation {lease.conversation_id} was taken over")
            yield connection

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        try:
            with self._pool.connection() as connection:
                yield connection
        except PoolTimeout as exc:
            raise DatabaseUnavailable("Postgres gives no connection; check DATABASE_URL and that it runs") from exc
        except psycopg.Error as exc:
            raise database_unavailable(exc) from exc


def _reply_parameters(message_id: int, answer: Answer) -> dict[str, object]:
    trace = answer.trace
    return {
        "message_id": message_id,
        "state": "dead" if answer.decision == "failed" else "answered",
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
    }
