"""Names of people by contact and room, remembered for a while; a name is never worth delaying a message."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from adapters.errors import AdapterError
from adapters.recent import Recent
from adapters.wechat.puppet import Contact

MAX_REMEMBERED = 5_000
MAX_NAME_CHARS = 80
TIMEOUT_S = 0.5
KEEP_S = 3_600.0
# After a failed look-up the id serves as the name for this long, so that a slow gateway slows no second message.
KEEP_FAILED_S = 60.0


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in one room, or (`room_alias` "") in a one-to-one chat. Where nothing is known the id is the name."""

    name: str
    alias: str = ""
    room_alias: str = ""
    is_official: bool = False

    @property
    def shown_name(self) -> str:
        """The name that the assistant's own phone shows."""
        return self.room_alias or self.alias or self.name

    @property
    def public_name(self) -> str:
        """The name that everybody in the room sees."""
        return self.room_alias or self.name

    @property
    def called(self) -> frozenset[str]:
        """The names that people put behind an @."""
        return frozenset(filter(None, (self.room_alias, self.name)))


class People:
    """Looks people up with two calls that may raise AdapterError: `contact` by id, `room_alias` by room and id."""

    def __init__(
        self, contact: Callable[[str], Awaitable[Contact]], room_alias: Callable[[str, str], Awaitable[str]]
    ) -> None:
        self._contact = contact
        self._room_alias = room_alias
        self._known: Recent[tuple[str, str], tuple[Person, float]] = Recent(MAX_REMEMBERED)
        self._looking: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def person(self, room_id: str, contact_id: str) -> Person:
        """Give who that is within half a second; a slower look-up goes on, for the next message of theirs."""
        key = (room_id, contact_id)
        if self._known.get(key, (None, 0.0))[1] <= time.monotonic():
            if key not in self._looking:
                self._looking[key] = asyncio.create_task(self._learn(key))
                self._looking[key].add_done_callback(lambda _: self._looking.pop(key, None))
            await asyncio.wait({self._looking[key]}, timeout=TIMEOUT_S)
        return self._known.get(key, (Person(contact_id), 0.0))[0]

    async def close(self) -> None:
        """End the look-ups that still go on."""
        looking = list(self._looking.values())
        for task in looking:
            task.cancel()
        await asyncio.gather(*looking, return_exceptions=True)

    async def _learn(self, key: tuple[str, str]) -> None:
        room_id, contact_id = key
        try:
            contact = await self._contact(contact_id)
        except AdapterError:
            self._remember(key, self._known.get(key, (Person(contact_id), 0.0))[0], KEEP_FAILED_S)
            return
        room_alias, keep_s = "", KEEP_S
        try:
            room_alias = await self._room_alias(room_id, contact_id) if room_id else ""
        except AdapterError:
            keep_s = KEEP_FAILED_S
        name, alias, in_room = map(_plain, (contact.name, contact.alias, room_alias))
        self._remember(key, Person(name or contact_id, alias, in_room, contact.is_official), keep_s)

    def _remember(self, key: tuple[str, str], person: Person, keep_s: float) -> None:
        self._known[key] = (person, time.monotonic() + keep_s)


def _plain(name: str) -> str:
    """Give a name on one line."""
    return " ".join(name.replace("\0", "").split())[:MAX_NAME_CHARS]
