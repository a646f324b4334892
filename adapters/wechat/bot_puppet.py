"""The calls of an existing Python Wechaty bot's puppet, with deadlines and errors of our own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from wechaty_puppet.exceptions import WechatyPuppetError

from adapters.errors import DeliveryUnknown, PlatformUnavailable
from adapters.wechat.failures import translated
from adapters.wechat.payload import Kind, Payload, time_of
from adapters.wechat.puppet import OFFICIAL, Contact

# By the names of wechaty-puppet's MessageType, as the bot's puppet has mapped the numbers on the wire.
_KINDS = {
    "MESSAGE_TYPE_ATTACHMENT": Kind.FILE,
    "MESSAGE_TYPE_AUDIO": Kind.VOICE,
    "MESSAGE_TYPE_CONTACT": Kind.CONTACT,
    "MESSAGE_TYPE_CHAT_HISTORY": Kind.CHAT_HISTORY,
    "MESSAGE_TYPE_EMOTICON": Kind.STICKER,
    "MESSAGE_TYPE_IMAGE": Kind.IMAGE,
    "MESSAGE_TYPE_TEXT": Kind.TEXT,
    "MESSAGE_TYPE_LOCATION": Kind.LOCATION,
    "MESSAGE_TYPE_MINI_PROGRAM": Kind.MINI_PROGRAM,
    "MESSAGE_TYPE_TRANSFER": Kind.TRANSFER,
    "MESSAGE_TYPE_RED_ENVELOPE": Kind.RED_ENVELOPE,
    "MESSAGE_TYPE_RECALLED": Kind.RECALLED,
    "MESSAGE_TYPE_URL": Kind.LINK,
    "MESSAGE_TYPE_VIDEO": Kind.VIDEO,
}


class BotPuppet:
    """The bot's `wechaty_puppet.Puppet`, as a Puppet."""

    def __init__(self, puppet: Any, call_timeout_s: float) -> None:
        self._puppet = puppet
        self._call_timeout_s = call_timeout_s

    # Each of these is told in Puppet.

    async def message(self, message_id: str) -> Payload:
        async with self._call():
            found = await self._puppet.message_payload(message_id)
        return Payload(
            message_id=str(found.id),
            kind=_KINDS.get(getattr(found.type, "name", ""), Kind.UNKNOWN),
            talker_id=str(found.from_id or ""),
            sent_at=time_of(int(found.timestamp or 0), datetime.now(UTC)),
            room_id=str(found.room_id or ""),
            text=str(found.text or "").replace("\0", ""),
            filename=str(found.filename or "").replace("\0", ""),
            mention_ids=tuple(map(str, found.mention_ids or ())),
        )

    async def contact(self, contact_id: str) -> Contact:
        async with self._call():
            found = await self._puppet.contact_payload(contact_id)
        return Contact(str(found.name), str(found.alias or ""), int(found.type) == OFFICIAL)

    async def room_alias(self, room_id: str, contact_id: str) -> str:
        async with self._call():
            found = await self._puppet.room_member_payload(room_id, contact_id)
        return str(found.room_alias or "")

    async def send_text(self, conversation_id: str, text: str, mention_ids: list[str]) -> str:
        async with self._call(may_be_repeated=False):
            message_id = await self._puppet.message_send_text(conversation_id, text, mention_ids)
        return str(message_id or "")

    @asynccontextmanager
    async def _call(self, *, may_be_repeated: bool = True) -> AsyncIterator[None]:
        try:
            with translated(may_be_repeated=may_be_repeated):
                async with asyncio.timeout(self._call_timeout_s):
                    yield
        except WechatyPuppetError as exc:
            lost = PlatformUnavailable if may_be_repeated else DeliveryUnknown
            raise lost("The Wechaty bot could not carry out the call: see its own log") from exc
