"""What is on its way out: each delivery is claimed by one gateway, shown, and recorded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.rows import TupleRow

from adapters.base import Button, Reply, ReplyAddress, Source
from assistant.database import AsyncPool, database_errors

DELIVERY_CHANNEL = "llamadesk_delivery"
"""Postgres NOTIFY channel: there is something to deliver."""

CLAIM_S = 12
"""How long a claim holds; its gateway renews it every CLAIM_S / 4 seconds. A gateway that dies while sending leaves its
claim to run out."""

# What is shown for a message waits for what was answered earlier in its conversation, so that replies appear in order.
# What answers below another delivery waits until that is visible. The assistant's words are void once a human is in the
# conversation; nothing is sent between this look and the platform's call.
# Materialized, as a rescan would pass over the rows that were just updated, and claim more than the limit.
_CLAIM = """
with claimed as materialized (
    select id, state from deliveries due
    where platform = %(platform)s and (%(workspace)s::text is null or workspace = %(workspace)s)
      and (state = 'pending' and due_at <= now() or state = 'sending' and claimed_until < now())
      and id <> all(%(in_hand)s::bigint[])
      and not exists (
          select from deliveries earlier
          where earlier.conversation_id = due.conversation_id and earlier.id < due.id
            and earlier.state in ('pending', 'sending')
      )
      and (below_id is null or exists (
          select from deliveries above where above.id = due.below_id and above.platform_message_ids <> '{}'
      ))
      and (%(previews)s or not is_preview)
    order by id limit %(limit)s
    for update skip locked
)
update deliveries d set
    state = 'sending', claimed_by = %(owner)s, claimed_until = now() + %(claim_s)s * interval '1 second',
    attempts = d.attempts + 1, may_be_shown = d.may_be_shown or claimed.state = 'sending', updated_at = now()
from claimed
where d.id = claimed.id
returning d.id, d.attempts, d.revision, d.parts_sent, d.platform_message_ids, d.may_be_shown,
    (
        select d.reply_address || case when above.id is null then '{}'::jsonb else jsonb_build_object(
            'thread', above.platform_message_ids[1], 'message_id', above.platform_message_ids[1], 'is_direct', false
        ) end
        from (select) one left join deliveries above on above.id = d.below_id
    ),
    case when d.is_reply and exists (
        select from handoffs h
        where h.conversation_id = d.conversation_id and h.closed_at is null and h.human_since is not null
    ) then '' else d.text end,
    d.sources, d.link_hosts, d.buttons, d.is_preview, d.is_reply, d.about
"""

# Every write names the claim, so that a gateway that lost its claim changes nothing. What was changed meanwhile (its
# revision rose) is due again, whatever became of the old text; what is visible is known all the same.
_OURS = "id = %(id)s and state = 'sending' and claimed_by = %(owner)s and attempts = %(attempts)s"
_PROGRESS = f"""
update deliveries set
    parts_sent = case when revision = %(revision)s then %(parts_sent)s else 0 end, platform_message_ids = %(shown)s,
    may_be_shown = false, claimed_until = now() + %(claim_s)s * interval '1 second', updated_at = now()
where {_OURS}
"""  # noqa: S608 (constants put together)
_FINISH = f"""
update deliveries set
    state = case when revision = %(revision)s then %(state)s else 'pending' end,
    parts_sent = case when revision = %(revision)s then %(parts_sent)s else 0 end,
    attempts = case when revision = %(revision)s then attempts else 0 end,
    platform_message_ids = %(shown)s, may_be_shown = %(may_be_shown)s, last_error = %(error)s,
    due_at = now() + %(delay_s)s * interval '1 second',
    updated_at = now()
where {_OURS}
"""  # noqa: S608 (constants put together)
_RENEW = """
update deliveries set claimed_until = now() + %(claim_s)s * interval '1 second'
where id = any(%(in_hand)s::bigint[]) and state = 'sending' and claimed_by = %(owner)s
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed delivery: `reply` is what shall be visible (None: nothing, any more), `shown` the platform's ids of the
    messages that are, of which the first `parts_sent` are right already. `may_be_shown`: the next part may be visible
    too, without our knowing its id. `attempts` counts this claim. `is_reply`: it answers the message of its address.
    `about` is the message that it speaks of."""

    id: int
    attempts: int
    revision: int
    parts_sent: int
    shown: tuple[str, ...]
    may_be_shown: bool
    address: ReplyAddress
    reply: Reply | None
    is_reply: bool = True
    about: ReplyAddress | None = None

    def idempotency_key(self, part: int) -> str:
        """The same for every attempt at this part, in all revisions: the platform shows one message for it."""
        return f"llamadesk-{self.id}-{part}"


class Deliveries:
    """The outbox of one gateway, known by `owner`. Raises DatabaseUnavailable."""

    def __init__(self, pool: AsyncPool, owner: str) -> None:
        self._pool = pool
        self._owner = owner

    async def claim(
        self,
        platform: str,
        workspace: str | None,
        limit: int,
        in_hand: Collection[int] = (),
        *,
        previews: bool = True,
    ) -> list[Delivery]:
        """At most `limit` deliveries that are due on the platform (of one workspace only, if given), oldest first;
        none of those `in_hand`, which this gateway is at already, and `previews` only if they can be shown."""
        parameters = {"platform": platform, "workspace": workspace, "limit": limit, "in_hand": list(in_hand)}
        parameters |= {"previews": previews}
        with database_errors():
            async with self._pool.connection() as connection:
                cursor = await connection.execute(_CLAIM, parameters | {"owner": self._owner, "claim_s": CLAIM_S})
                rows = await cursor.fetchall()
        return sorted((_delivery(row) for row in rows), key=lambda delivery: delivery.id)

    async def renew(self, in_hand: Collection[int]) -> None:
        """Hold the claims for another CLAIM_S seconds."""
        with database_errors():
            async with self._pool.connection() as connection:
                parameters = {"in_hand": list(in_hand), "owner": self._owner, "claim_s": CLAIM_S}
                await connection.execute(_RENEW, parameters)

    async def progress(self, delivery: Delivery, parts_sent: int, shown: Sequence[str]) -> None:
        """That many parts are right now; more are to follow."""
        await self._write(_PROGRESS, delivery, parts_sent=parts_sent, shown=list(shown), claim_s=CLAIM_S)

    async def finish(
        self,
        delivery: Delivery,
        state: str,
        parts_sent: int,
        shown: Sequence[str],
        *,
        error: str | None = None,
        delay_s: float = 0.0,
        may_be_shown: bool = False,
    ) -> None:
        """End the attempt: as `sent`, `unknown` or `failed`, or as `pending`, due again in `delay_s` seconds."""
        facts = {"parts_sent": parts_sent, "shown": list(shown), "error": error}
        await self._write(_FINISH, delivery, state=state, delay_s=delay_s, may_be_shown=may_be_shown, **facts)

    async def _write(self, statement: str, delivery: Delivery, **parameters: object) -> None:
        claim = {
            "id": delivery.id,
            "owner": self._owner,
            "attempts": delivery.attempts,
            "revision": delivery.revision,
        }
        with database_errors():
            async with self._pool.connection() as connection:
                await connection.execute(statement, claim | parameters)


def _delivery(row: TupleRow) -> Delivery:
    identifier, attempts, revision, parts_sent, shown, may_be_shown, address, text, *extras, is_reply, about = row
    return Delivery(
        id=identifier,
        attempts=attempts,
        revision=revision,
        parts_sent=parts_sent,
        shown=tuple(shown),
        may_be_shown=may_be_shown,
        address=ReplyAddress(**address),
        reply=_reply(text, *extras) if text else None,
        is_reply=is_reply,
        about=ReplyAddress(**about) if about else None,
    )


def _reply(
    text: str,
    sources: list[dict[str, Any]],
    link_hosts: list[str],
    buttons: list[dict[str, Any]],
    is_preview: bool,
) -> Reply:
    return Reply(
        text,
        tuple(Source(**source) for source in sources),
        link_hosts=tuple(link_hosts),
        buttons=tuple(Button(**button) for button in buttons),
        is_preview=is_preview,
    )
