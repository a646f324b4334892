"""Messages on their way in: stored once for each post, before the platform is told that we have it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from adapters.base import DeletedMessage, IncomingMessage, ReplyAddress
from assistant.conversations import inbox_statements as statements
from assistant.conversations.deliveries import DELIVERY_CHANNEL
from assistant.conversations.handoffs import UNATTENDED, Agents, told
from assistant.conversations.model import NOTHING, Accepted
from assistant.database import AsyncPool, database_errors, storable
from assistant.manners import ChannelManners, Manners
from assistant.wishes import is_question, typed_command, wish_of


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
        row = await self._execute(statements.STORE, self._parameters(message))
        return Accepted(row[0], is_pending=row[1] == "pending") if row else NOTHING

    async def edit(self, message: IncomingMessage) -> Accepted:
        """Take the post's new text. What waits is answered as edited, what was answered is answered anew. A post that
        was not known, or names the assistant only now, is a new message."""
        row = await self._execute(statements.EDIT, self._parameters(message))
        if row is not None:
            head, is_pending, state_before, _ = row
            return Accepted(head, is_pending, state_before)
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
        manners = self._manners.at(message.address)
        message = obeyed(message)
        address = reply_address(message, manners)
        hearing = _hearing(message, address, manners)
        is_visible = not address.visible_to and address.platform in self._editable
        text = storable(message.text)
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
            "text": text,
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
            "may_preview": hearing.is_asked and message.command is None and is_visible,
            "handoff_s": self._agents.patience_s,
            "is_told": self._agents.must_be_told(address),
            "told": told(message, manners.phrases),
            "passed_on": text,
            "delivery_channel": DELIVERY_CHANNEL,
        }


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the manners make of a message: whether it is answered, whether the assistant was asked at all, whether it
    begins a conversation, and whether it belongs to one that is there."""

    is_answered: bool
    is_asked: bool
    opens: bool
    follows: bool


def _hearing(message: IncomingMessage, address: ReplyAddress, manners: ChannelManners) -> Hearing:
    # A thread's first post can't follow anything.
    in_thread = address.is_direct or address.thread not in ("", address.message_id)
    is_follow_up = in_thread and manners.answer != "mentions" and not message.mentions_others
    is_asked = message.is_addressed or is_follow_up
    may_be_ours = manners.answer == "overheard" and not message.mentions_others and is_question(message.text)
    return Hearing(
        is_answered=is_asked or may_be_ours,
        is_asked=is_asked,
        opens=message.is_addressed or may_be_ours,
        follows=in_thread,
    )


def obeyed(message: IncomingMessage) -> IncomingMessage:
    """The message with the command that is typed in it as text, if the assistant may be meant."""
    typed = typed_command(message.text) if message.command is None else None
    if typed is None or message.mentions_others:
        return message
    command, text = typed
    return replace(message, command=command, text=text, mentions_assistant=True)


def reply_address(message: IncomingMessage, manners: ChannelManners) -> ReplyAddress:
    """Where the channel's manners want the reply: in the channel instead of a thread, or for the asker alone."""
    address = message.address
    if manners.reply_in == "channel" and address.thread == address.message_id:
        address = replace(address, thread="")
    if manners.visible_to == "asker" and not address.is_direct:
        address = replace(address, visible_to=message.author_id)
    return address


def conversation_thread(address: ReplyAddress, author_id: str) -> str:
    """What tells the conversation from others in the channel. What one person alone sees is that person's own, and so
    is what is said in the channel itself: nobody can tell there who goes on with what."""
    is_personal = bool(address.visible_to) or not (address.thread or address.is_direct)
    return f"{address.thread}@{author_id}" if is_personal else address.thread
