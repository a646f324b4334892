"""Messages on their way in: stored once for each post, before the platform is told that we have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.base import DeletedMessage, IncomingMessage
from assistant.conversations import inbox_statements as statements
from assistant.conversations.deliveries import DELIVERY_CHANNEL
from assistant.database import AsyncPool, database_errors, storable


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of an event: `message_id` is None where nothing was stored or changed (a twin, or not our
    conversation); `is_pending` tells whether that message waits for an answer; `state_before` is "" for a new one."""

    message_id: int | None
    is_pending: bool = False
    state_before: str = ""


NOTHING = Accepted(None)


class Inbox:
    """Stores what people write, change and take away, through the gateway's pool.

    Each method may be repeated, and raises DatabaseUnavailable; nothing is changed then.
    """

    def __init__(self, pool: AsyncPool, knowledge_set: str) -> None:
        self._pool = pool
        self._knowledge_set = knowledge_set

    async def accept(self, message: IncomingMessage) -> Accepted:
        """Commit the message; the same post is stored once, however often its event arrives.

        A message that addresses the assistant waits for an answer, and so does a follow-up in a thread that the
        assistant is in, unless it speaks to somebody else (then it is kept as overheard history). What is said outside
        our conversations is not stored at all.
        """
        parameters = self._parameters(message)
        row = await self._execute(statements.STORE, parameters)
        return Accepted(row[0], is_pending=parameters["state"] == "pending") if row else NOTHING

    async def edit(self, message: IncomingMessage) -> Accepted:
        """Take the post's new text. What waits is answered as edited, what was answered is answered anew. A post that
        was not known, or names the assistant only now, is a new message."""
        row = await self._execute(statements.EDIT, self._parameters(message))
        if row is not None:
            return Accepted(*row)
        return await self.accept(message)

    async def delete(self, post: DeletedMessage) -> Accepted:
        """Forget the post's text and its reply, and have the reply taken away from the chat. A message that had been
        answered together with it waits again."""
        parameters = {"event_key": post.event_key, "delivery_channel": DELIVERY_CHANNEL}
        row = await self._execute(statements.DELETE, parameters)
        return Accepted(row[0], is_pending=True) if row and row[0] else NOTHING

    async def postpone(self, message_id: int, delay_s: float) -> None:
        """Let the message wait for so long before it is taken."""
        await self._execute(statements.POSTPONE, {"message_id": message_id, "delay_s": delay_s})

    async def tell_busy(self, message_id: int, text: str) -> None:
        """Reply with the text instead of an answer."""
        parameters = {"message_id": message_id, "text": text, "delivery_channel": DELIVERY_CHANNEL}
        await self._execute(statements.TELL_BUSY, parameters)

    async def leave(self, message_id: int, state: str) -> None:
        """Give up the message's answer, and those of what was answered together with it: kept as history
        (`overheard`), or with the reply that it has (the state before it was changed)."""
        await self._execute(statements.LEAVE, {"message_id": message_id, "state": state})

    async def _execute(self, statement: str, parameters: Mapping[str, object]) -> tuple[Any, ...] | None:
        with database_errors():
            async with self._pool.connection() as connection:
                cursor = await connection.execute(statement, parameters)
                return await cursor.fetchone() if cursor.description else None

    def _parameters(self, message: IncomingMessage) -> dict[str, object]:
        address = message.address
        speaks_to_us = message.is_addressed or not message.mentions_others
        return {
            "platform": address.platform,
            "workspace": address.workspace,
            "channel": address.channel,
            "thread": address.thread,
            "knowledge_set": self._knowledge_set,
            "event_key": message.event_key,
            "author_id": message.author_id,
            "author_name": storable(message.author_name),
            "text": storable(message.text),
            "reply_address": address.to_json(),
            "state": "pending" if speaks_to_us else "overheard",
            "sent_at": message.sent_at,
            "is_addressed": message.is_addressed,
            "is_edited": message.edited_at is not None,
            "names_assistant": message.mentions_assistant,
        }
