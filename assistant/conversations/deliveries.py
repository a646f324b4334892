"""What is on its way out: each delivery is claimed by one gateway, shown, and recorded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.rows import TupleRow

from adapters.base import Button, Reply, ReplyAddress, Source
from assistant.conversations import delivery_statements as statements
from assistant.database import AsyncPool, database_errors

DELIVERY_CHANNEL = "llamadesk_delivery"
"""Postgres NOTIFY channel: there is something to deliver."""

CLAIM_S = 12
"""How long a claim holds; its gateway renews it every CLAIM_S / 4 seconds. A gateway that dies while sending leaves its
claim to run out."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed delivery: `reply` is what shall be visible (None: nothing, any more), `shown` the platform's ids of the
    messages that are, of which the first `parts_sent` are right already. `may_be_shown`: the next part may be visible
    too, without our knowing its id. `attempts` counts this claim. `is_reply`: it answers the message of its address.
    `about` is the message that it speaks of, `joined` are the addresses of those that it answers together with its own.
    """

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
    joined: tuple[ReplyAddress, ...] = ()

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
                cursor = await connection.execute(
                    statements.CLAIM, parameters | {"owner": self._owner, "claim_s": CLAIM_S}
                )
                rows = await cursor.fetchall()
        return sorted((_delivery(row) for row in rows), key=lambda delivery: delivery.id)

    async def renew(self, in_hand: Collection[int]) -> None:
        """Hold the claims for another CLAIM_S seconds."""
        with database_errors():
            async with self._pool.connection() as connection:
                parameters = {"in_hand": list(in_hand), "owner": self._owner, "claim_s": CLAIM_S}
                await connection.execute(statements.RENEW, parameters)

    async def progress(self, delivery: Delivery, parts_sent: int, shown: Sequence[str]) -> None:
        """That many parts are right now; more are to follow."""
        await self._write(statements.PROGRESS, delivery, parts_sent=parts_sent, shown=list(shown), claim_s=CLAIM_S)

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
        await self._write(statements.FINISH, delivery, state=state, delay_s=delay_s, may_be_shown=may_be_shown, **facts)

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
    identifier, attempts, revision, parts_sent, shown, may_be_shown, address, text, *extras, is_reply, about, joined = (
        row
    )
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
        joined=tuple(ReplyAddress(**each) for each in joined),
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
