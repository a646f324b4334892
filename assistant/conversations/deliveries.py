"""Replies on their way out: each delivery is claimed by one gateway, sent, and recorded."""

from __future__ import annotations

import json
from dataclasses import dataclass

from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from adapters.base import Reply, ReplyAddress, Source

DELIVERY_CHANNEL = "llamadesk_delivery"
"""Postgres NOTIFY channel: a reply was committed."""

CLAIM_S = 90
"""How long a claim holds, renewed after each part: longer than any adapter takes to send one (Discord: 60 s). A gateway
that dies while sending leaves its claim to run out."""

# A reply waits for the earlier ones of its conversation, so that they appear in order.
# Materialized, as a rescan would pass over the rows that were just updated, and claim more than the limit.
_CLAIM = """
with claimed as materialized (
    select id, state from deliveries due
    where platform = %(platform)s and (%(workspace)s::text is null or workspace = %(workspace)s)
      and (state = 'pending' and due_at <= now() or state = 'sending' and claimed_until < now())
      and not exists (
          select from deliveries earlier
          where earlier.conversation_id = due.conversation_id and earlier.id < due.id
            and earlier.state in ('pending', 'sending')
      )
    order by id limit %(limit)s
    for update skip locked
)
update deliveries d set
    state = 'sending', claimed_by = %(owner)s, claimed_until = now() + %(claim_s)s * interval '1 second',
    attempts = d.attempts + 1, updated_at = now()
from claimed, replies r, messages m
where d.id = claimed.id and r.id = d.reply_id and m.id = r.message_id
returning d.id, d.attempts, d.parts_sent, claimed.state = 'sending', m.reply_address, r.text, r.sources, r.decision,
    r.id
"""

# Every write names the claim, so that a gateway that lost its claim changes nothing.
_RECORD_PART = """
update deliveries set parts_sent = parts_sent + 1, platform_message_ids = platform_message_ids || %(message_id)s::text,
    claimed_until = now() + %(claim_s)s * interval '1 second', updated_at = now()
where id = %(id)s and state = 'sending' and claimed_by = %(owner)s and attempts = %(attempts)s
"""
_FINISH = """
update deliveries set state = %(state)s, last_error = %(error)s, updated_at = now()
where id = %(id)s and state = 'sending' and claimed_by = %(owner)s and attempts = %(attempts)s
"""
_POSTPONE = """
update deliveries set state = 'pending', last_error = %(error)s, due_at = now() + %(delay_s)s * interval '1 second',
    updated_at = now()
where id = %(id)s and state = 'sending' and claimed_by = %(owner)s and attempts = %(attempts)s
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed delivery. `was_interrupted`: an earlier claim ran out while it was being sent, so that the part after
    `parts_sent` may or may not be visible already. `attempts` counts this claim."""

    id: int
    reply_id: int
    attempts: int
    parts_sent: int
    was_interrupted: bool
    address: ReplyAddress
    reply: Reply
    decision: str

    def idempotency_key(self, part: int) -> str:
        """The same for every attempt at this part."""
        return f"llamadesk-{self.id}-{part}"


class Deliveries:
    """The outbox of one gateway, known by `owner`."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection], owner: str) -> None:
        self._pool = pool
        self._owner = owner

    async def claim(self, platform: str, workspace: str | None, limit: int) -> list[Delivery]:
        """At most `limit` deliveries that are due on the platform (of one workspace only, if given), oldest first."""
        parameters = {"platform": platform, "workspace": workspace, "limit": limit}
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_CLAIM, parameters | {"owner": self._owner, "claim_s": CLAIM_S})
            rows = await cursor.fetchall()
        return sorted((_delivery(row) for row in rows), key=lambda delivery: delivery.id)

    async def record_part(self, delivery: Delivery, message_id: str) -> None:
        """The next part is visible, under the platform's `message_id`."""
        await self._write(_RECORD_PART, delivery, message_id=message_id, claim_s=CLAIM_S)

    async def finish(self, delivery: Delivery, state: str, error: str | None = None) -> None:
        """End the delivery as `sent`, `unknown` or `failed`."""
        await self._write(_FINISH, delivery, state=state, error=error)

    async def postpone(self, delivery: Delivery, delay_s: float, error: str) -> None:
        """Give it back, due again in `delay_s` seconds."""
        await self._write(_POSTPONE, delivery, delay_s=delay_s, error=error)

    async def _write(self, statement: str, delivery: Delivery, **parameters: object) -> None:
        claim = {"id": delivery.id, "owner": self._owner, "attempts": delivery.attempts}
        async with self._pool.connection() as connection:
            await connection.execute(statement, claim | parameters)


def _delivery(row: TupleRow) -> Delivery:
    identifier, attempts, parts_sent, interrupted, address, text, sources, decision, reply_id = row
    return Delivery(
        id=identifier,
        reply_id=reply_id,
        attempts=attempts,
        parts_sent=parts_sent,
        was_interrupted=interrupted,
        address=ReplyAddress.from_json(json.dumps(address)),
        reply=Reply(text, tuple(Source(**source) for source in sources)),
        decision=decision,
    )
