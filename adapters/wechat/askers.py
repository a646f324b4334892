"""Whom a reply in a room speaks to: rooms have no threads, so it begins with the asker's name, as people do there."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from adapters.base import ReplyAddress
from adapters.errors import AdapterError
from adapters.recent import Recent
from adapters.wechat.mentions import AFTER_NAME, EVERYBODY_NAMES
from adapters.wechat.people import People
from adapters.wechat.puppet import Puppet

MAX_REMEMBERED = 2_000
# What is longer may be cut off: see render.
MAX_BYTES = 2_048
# A name is not worth more time: the reply then goes without.
TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text with the contacts that it names."""

    text: str
    mention_ids: tuple[str, ...] = ()


class Askers:
    """Names the asker in the first part of a reply only: each further one would make their phone ring again."""

    def __init__(self, puppet: Puppet, people: People) -> None:
        self._puppet = puppet
        self._people = people
        self._named: Recent[str, None] = Recent(MAX_REMEMBERED)

    async def spoken(self, address: ReplyAddress, text: str) -> Spoken:
        """Give what is sent to the room. Where the gateway no longer knows the question, nobody is named."""
        if address.message_id in self._named:
            return Spoken(text)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                question = await self._puppet.message(address.message_id)
                asker = await self._people.person(address.channel, question.talker_id)
        except (AdapterError, TimeoutError):
            return Spoken(text)
        name = asker.public_name
        named = f"@{name}{AFTER_NAME}{text}"
        if question.room_id != address.channel or name in EVERYBODY_NAMES or "@" in name:
            return Spoken(text)
        return Spoken(named, (question.talker_id,)) if len(named.encode()) <= MAX_BYTES else Spoken(text)

    def named(self, address: ReplyAddress) -> None:
        """Keep in mind that a part of the reply was shown."""
        self._named[address.message_id] = None
