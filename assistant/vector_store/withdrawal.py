"""What was said from chunks that are gone: it is not sent any more, and no later answer builds on it."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

import psycopg

_log = logging.getLogger(__name__)

PATIENCE_S = 60.0
POLL_S = 0.02

# Conversations are locked before anything of them, as everywhere, and in one order.
_LOCK = """
select id from conversations where id in (
    select conversation_id from replies where chunk_ids && %(gone)s::bigint[] and not is_withdrawn
    union
    select conversation_id from deliveries where state in ('pending', 'sending') and chunk_ids && %(gone)s::bigint[]
) order by id for update
"""
# What was said later in the same conversation may repeat it.
_WITHDRAW = """
with first as (
    select conversation_id, min(id) as id from replies where chunk_ids && %(gone)s::bigint[] and not is_withdrawn
    group by conversation_id
)
update replies r set is_withdrawn = true from first
where r.conversation_id = first.conversation_id and r.id >= first.id and not r.is_withdrawn
  and r.decision in ('answered', 'quoted')
"""
# What is not sent yet is answered anew, unless a human has the conversation. A new fence voids what is being made of
# the old text. What is visible of it already is taken back until then.
_UNSEND = """
with outdated as (
    select id, message_id, conversation_id, state, attempts from deliveries
    where state in ('pending', 'sending') and chunk_ids <> '{}' and (
        chunk_ids && %(gone)s::bigint[]
        or is_preview and conversation_id = any(%(conversation_ids)s::bigint[])
        or exists (select from replies r where r.message_id = deliveries.message_id and r.is_withdrawn)
    )
), voided as (
    update conversations c set lease_fence = lease_fence + 1, lease_owner = null, lease_until = null
    where id in (select conversation_id from outdated)
), asked as (
    update messages m set state = 'pending', attempts = 0, due_at = now() from outdated o
    where (m.id = o.message_id or m.joined_to = o.message_id) and m.state in ('answered', 'dead') and not exists (
        select from handoffs h where h.conversation_id = o.conversation_id and h.closed_at is null
    )
)
update deliveries d set text = '', sources = '[]', buttons = '[]', chunk_ids = '{}', is_preview = false,
    revision = revision + 1, parts_sent = 0, due_at = now()
from outdated o where d.id = o.id
returning d.id, o.attempts, o.state = 'sending'
"""
_SENDING = """
select count(*) from deliveries d
join unnest(%(ids)s::bigint[], %(attempts)s::int[]) claim (id, attempts) on d.id = claim.id
where d.state = 'sending' and d.attempts = claim.attempts and d.claimed_until > now()
"""

Claims = list[tuple[int, int]]
"""Delivery and attempt."""


def withdraw(connection: psycopg.Connection[Any], gone: Sequence[int]) -> Claims:
    """Withdraw what was said from the chunks `gone`, which this transaction deletes; who answers from them holds them
    until then. Gives the deliveries that are being sent at this moment, to be waited for after the commit."""
    if not gone:
        return []
    values = {"gone": list(gone)}
    conversations = [row[0] for row in connection.execute(_LOCK, values)]
    connection.execute(_WITHDRAW, values)
    rows = connection.execute(_UNSEND, values | {"conversation_ids": conversations}).fetchall()
    return [(delivery_id, attempts) for delivery_id, attempts, is_sending in rows if is_sending]


def wait_until_sent(connection: psycopg.Connection[Any], claims: Claims) -> None:
    """Return when what was being sent of withdrawn text is sent, or given up by a gateway that died: it is taken back
    then. A platform that keeps a call open for more than PATIENCE_S seconds is not waited for."""
    deadline = time.monotonic() + PATIENCE_S
    values = {"ids": [claim[0] for claim in claims], "attempts": [claim[1] for claim in claims]}
    while claims and (connection.execute(_SENDING, values).fetchone() or (0,))[0]:
        if time.monotonic() > deadline:
            _log.warning("an answer from a removed text is still being sent", extra={"action": "withdraw"})
            return
        time.sleep(POLL_S)
