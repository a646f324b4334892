"""Messages on their way in: stored once for each post, before the platform is told that we have it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from adapters.base import DeletedMessage, IncomingMessage
from assistant.conversations import inbox_statements as statements
from assistant.conversations.deliveries import DELIVERY_CHANNEL
from assistant.conversations.handoffs import UNATTENDED, Agents, told
from assistant.conversations.hearing import Hearing, conversation_thread, hear
from assistant.conversations.model import NOTHING, Accepted
from assistant.database import AsyncPool, database_errors, storable
from assistant.manners import Manners
from assistant.wishes import wish_of


class Inbox:
    """Stores what people write, change and take away, through the gateway's pool.

    Each method may be repeated, and raises DatabaseUnavailable; nothing is changed then. `editable` are the platforms
    where what is shown can be changed.
    """

    def __init__(
        self, pool: AsyncPool, manners: Manners, agents: Agents = UNATTENDED, editable: Collection[str] = ()
    ) -> None:
        self._pool = pool
        self._manners = manners
        self._agents = agents
        self._editable = frozenset(editable)

    async def accept(self, message: IncomingMessage) -> Accepted:
        """Commit the message; the same post is stored once, however often its event arrives.

        A message that addresses the assistant waits for an answer, and so does what else the manners of the channel
        tell to answer, unless it speaks to somebody else (then it is kept as overheard history). What is said outside
        our conversations is not stored at all. While a human has the conversation nothing waits but commands.
        """
        hearing = hear(message, self._manners.at(message.address))
        row = await self._execute(statements.STORE, self._parameters(hearing))
        if row is None:
            return NOTHING
        message_id, is_pending, is_asked, _ = row
        return Accepted(message_id, is_pending, asked_at=hearing.address if is_asked else None)

    async def edit(self, message: IncomingMessage) -> Accepted:
        """Take the post's new text. What waits is answered as edited, what was answered is answered anew. A post that
        was not known, or names the assistant only now, is a new message."""
        hearing = hear(message, self._manners.at(message.address))
        row = await self._execute(statements.EDIT, self._parameters(hearing))
        if row is None:
            return await self.accept(message)
        head, is_pending, is_asked, state_before, _ = row
        return Accepted(head, is_pending, state_before, hearing.address if is_asked else None)

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

    def _parameters(self, hearing: Hearing) -> dict[str, object]:
        message, address, manners = hearing.message, hearing.address, hearing.manners
        is_editable = not address.visible_to and address.platform in self._editable
        return {
            "platform": address.platform,
            "workspace": address.workspace,
            "channel": address.channel,
            "thread": conversation_thread(address, message.author_id),
            "within": address.thread,
            "knowledge_set": manners.knowledge_set,
            "event_key": message.event_key,
            "author_id": message.author_id,
            "author_name": storable(message.author_name),
            "text": storable(message.text),
            "reply_address": address.to_json(),
            "state": "pending" if hearing.is_answered else "overheard",
            "sent_at": message.sent_at,
            "opens": hearing.opens,
            "follows": hearing.follows,
            "is_addressed": message.is_addressed,
            "is_overheard": not hearing.is_asked,
            "asked_where_it_spoke": manners.answer == "overheard" and not message.is_addressed,
            "is_edited": message.edited_at is not None,
            "names_assistant": message.mentions_assistant,
            "command": message.command,
            "is_ordered": bool(address.interaction),
            "wishes_back": wish_of(message.text) == "resume",
            "attachments": [storable(name) for name in message.attachments],
            "may_preview": hearing.is_asked and message.command is None and is_editable,
            "handoff_s": self._agents.patience_s,
            "agents_text": told(message, manners.phrases) if self._agents.must_be_told(address) else None,
            "delivery_channel": DELIVERY_CHANNEL,
        }
