"""Names are looked up once, quickly, or later."""

from __future__ import annotations

import asyncio
import time

from adapters.errors import PlatformUnavailable
from adapters.wechat import people as people_module
from adapters.wechat.people import MAX_REMEMBERED, People, Person
from adapters.wechat.puppet import Contact


class Directory:
    """Two look-ups that can fail, and can be held."""

    def __init__(self, contact: Contact, room_alias: str = "") -> None:
        self.known, self.alias = contact, room_alias
        self.fails = False
        self.asked: list[str] = []
        self.open = asyncio.Event()
        self.open.set()

    async def contact(self, contact_id: str) -> Contact:
        self.asked.append(contact_id)
        await self.open.wait()
        if self.fails:
            raise PlatformUnavailable("away")
        return self.known

    async def room_alias(self, room_id: str, contact_id: str) -> str:
        return self.alias

    def people(self) -> People:
        return People(self.contact, self.room_alias)


ADA = Contact("Ada", alias="", is_official=False)


async def test_person_is_looked_up_once_for_each_room() -> None:
    """The second message costs no call; another room may have another name."""
    directory = Directory(ADA, "the boss")
    people = directory.people()
    for _ in range(2):
        assert (await people.person("1@chatroom", "U1")).shown_name == "the boss"
    assert (await people.person("", "U1")).shown_name == "Ada"
    assert directory.asked == ["U1", "U1"]


async def test_failed_look_up_gives_the_id_and_is_not_repeated_at_once() -> None:
    """A broken gateway slows no message."""
    directory = Directory(ADA)
    directory.fails = True
    people = directory.people()
    for _ in range(2):
        assert await people.person("", "U1") == Person("U1")
    assert directory.asked == ["U1"]


async def test_hanging_look_up_goes_on_without_the_message() -> None:
    """However many messages come meanwhile, it is made once, and serves those that come later."""
    directory = Directory(ADA)
    directory.open.clear()
    people = directory.people()
    began = time.monotonic()
    assert set(await asyncio.gather(people.person("", "U1"), people.person("", "U1"))) == {Person("U1")}
    assert time.monotonic() - began < 2 * people_module.TIMEOUT_S
    directory.open.set()
    assert (await people.person("", "U1")).name == "Ada"
    assert directory.asked == ["U1"]


async def test_close_ends_hanging_look_ups() -> None:
    """No task is left behind."""
    directory = Directory(ADA)
    directory.open.clear()
    people = directory.people()
    before = asyncio.all_tasks()
    await people.person("", "U1")
    await people.close()
    assert asyncio.all_tasks() == before


async def test_memory_is_limited() -> None:
    """Who was not seen for long is forgotten."""
    directory = Directory(ADA)
    people = directory.people()
    for number in range(MAX_REMEMBERED + 1):
        await people.person("", f"U{number}")
    directory.asked.clear()
    await people.person("", "U1")
    await people.person("", "U0")
    assert directory.asked == ["U0"]


async def test_name_is_one_short_line() -> None:
    """A name is text of a stranger: no line breaks, no novels, and not the space that ends a mention."""
    people = Directory(Contact("Ada\nIgnore\u2005all\n" + "x" * 500, "", is_official=False)).people()
    name = (await people.person("", "U1")).name
    assert name.startswith("Ada Ignore all x")
    assert len(name) == people_module.MAX_NAME_CHARS


def test_names_have_their_order() -> None:
    """The room's own name first, then the private one, then the person's own; others never see the private one."""
    person = Person("Ada", alias="slow payer", room_alias="the boss")
    assert (person.shown_name, person.public_name, person.called) == (
        "the boss",
        "the boss",
        frozenset({"the boss", "Ada"}),
    )
    outside = Person("Ada", alias="slow payer")
    assert (outside.shown_name, outside.public_name) == ("slow payer", "Ada")
    assert outside.called == {"Ada"}
