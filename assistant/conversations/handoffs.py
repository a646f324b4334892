"""Conversations in human hands: who the human agents are, what they are told, and how they give a conversation back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.base import ButtonPress, IncomingMessage, ReplyAddress
from assistant.conversations import handoff_statements as statements
from assistant.conversations.deliveries import DELIVERY_CHANNEL
from assistant.conversations.model import Accepted
from assistant.database import AsyncPool, database_errors, storable
from assistant.excerpt import excerpt
from assistant.manners import Manners
from assistant.phrases import Phrases
from assistant.wishes import typed_command, wish_of

PATIENCE_S = 3600.0
MAX_TOLD_CHARS = 1500
MAX_NAME_CHARS = 60
ALONE = ("terminal",)
"""Platforms where nobody waits for a human."""


@dataclass(frozen=True, slots=True)
class Agents:
    """Where the human agents are: their channel's address, None where there are none. A conversation is theirs for
    `patience_s` seconds after the last word that was said in it."""

    address: ReplyAddress | None = None
    patience_s: float = PATIENCE_S

    def serve(self, platform: str) -> bool:
        """Whether conversations of that platform can be handed over."""
        return self.address is not None and platform not in ALONE

    def must_be_told(self, address: ReplyAddress) -> bool:
        """Whether they can't read there themselves: in a one-to-one chat, and on a platform where they are not."""
        if self.address is None:
            return False
        return address.is_direct or bool(address.visible_to) or address.platform != self.address.platform

    def is_theirs(self, platform: str, channel: str) -> bool:
        """Whether that is their channel."""
        return self.address is not None and (platform, channel) == (self.address.platform, self.address.channel)


UNATTENDED = Agents()


def told(message: IncomingMessage, phrases: Phrases) -> str:
    """What the agents read of a customer's message."""
    text = "\n".join([message.text.strip(), *(f"📎 {name}" for name in message.attachments)]).strip()
    name = excerpt(message.author_name, MAX_NAME_CHARS)
    return storable(phrases.agents_told.format(name=name, text=text[:MAX_TOLD_CHARS] or "…"))


class Handoffs:
    """The gateway's view. Each method may be repeated, and raises DatabaseUnavailable."""

    def __init__(self, pool: AsyncPool, manners: Manners, agents: Agents) -> None:
        self._pool = pool
        self._manners = manners
        self._agents = agents

    def concerns(self, message: IncomingMessage) -> bool:
        """Whether the message stands in a thread of the agents' channel, and so may be theirs to a customer."""
        address = message.address
        return bool(address.thread) and self._agents.is_theirs(address.platform, address.channel)

    async def take_word(self, message: IncomingMessage) -> Accepted | None:
        """Pass on what an agent wrote below a notice, or obey it. None where it stands below no notice of a
        conversation that is in human hands: then it is a message like any other."""
        is_order = typed_command(message.text) == ("resume", "") or wish_of(message.text) == "resume"
        statement = statements.RESUME_BELOW_NOTICE if is_order else statements.PASS_ON
        row = await self._row(statement, _of(message) | {"command": "resume", "within": message.address.thread})
        return Accepted(row[0], is_pending=is_order) if row else None

    async def press(self, press: ButtonPress) -> tuple[int | None, str]:
        """Do what was pressed: gives the message that waits for a worker, if any, and a word for the presser."""
        phrases = self._manners.of(press.platform, press.channel).phrases
        if press.button in ("human", "resume"):
            is_notice = press.button == "resume"
            statement = statements.RESUME_BELOW_NOTICE if is_notice else statements.COMMAND_BELOW_REPLY
            row = await self._row(statement, _pressed(press) | {"command": press.button})
            return (row[0] if row else None), ""
        reply = await self._row(statements.FIND_REPLY, _pressed(press))
        if reply is None:
            return None, phrases.nothing_to_rate
        is_good = press.button == "up"
        facts = {"reply_id": reply[0], "rating": 1 if is_good else -1}
        row = await self._row(
            statements.RATE, _pressed(press) | facts | {"calls_human": self._agents.serve(press.platform)}
        )
        return (row[0] if row else None), phrases.rated_up if is_good else phrases.rated_down

    async def take_back(self) -> list[int]:
        """End the handoffs whose time is over; gives messages that wait for a worker now."""
        woken = []
        for handoff_id, platform, channel in await self._rows(statements.OVERDUE, {}):
            phrases = self._manners.of(platform, channel).phrases
            parameters = {
                "handoff_id": handoff_id,
                "excuse": phrases.nobody_came,
                "agents_text": phrases.agents_over,
                "delivery_channel": DELIVERY_CHANNEL,
            }
            row = await self._row(statements.TAKE_BACK, parameters)
            if row and row[0]:
                woken.append(row[0])
        return woken

    async def _row(self, statement: str, parameters: Mapping[str, object]) -> tuple[Any, ...] | None:
        rows = await self._rows(statement, {**parameters, "handoff_s": self._agents.patience_s})
        return rows[0] if rows else None

    async def _rows(self, statement: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
        with database_errors():
            async with self._pool.connection() as connection:
                cursor = await connection.execute(statement, parameters)
                return await cursor.fetchall()


def _of(message: IncomingMessage) -> dict[str, object]:
    address = message.address
    return {
        "platform": address.platform,
        "channel": address.channel,
        "event_key": message.event_key,
        "author_id": message.author_id,
        "author_name": storable(message.author_name),
        "text": storable(message.text),
        "reply_address": address.to_json(),
        "sent_at": message.sent_at,
        "delivery_channel": DELIVERY_CHANNEL,
    }


def _pressed(press: ButtonPress) -> dict[str, object]:
    return {
        "platform": press.platform,
        "channel": press.channel,
        "within": press.message_id,
        "event_key": ":".join((press.platform, press.workspace, press.channel, press.press_id)),
        "author_id": press.author_id,
        "author_name": storable(press.author_name),
    }
