"""Names are looked up once, quickly, or not at all."""

from __future__ import annotations

import asyncio
import time

from adapters.errors import PlatformUnavailable
from adapters.slack import people as people_module
from adapters.slack.people import MAX_LOOKED_UP, MAX_REMEMBERED, People


class Directory:
    def __init__(self, name: str = "Ada", *, fails: bool = False, hangs: bool = False) -> None:
        self.name, self.fails, self.hangs = name, fails, hangs
        self.asked: list[str] = []

    async def __call__(self, user_id: str) -> str:
        self.asked.append(user_id)
        if self.hangs:
            await asyncio.Event().wait()
        if self.fails:
            raise PlatformUnavailable("away")
        return self.name


async def test_name_is_looked_up_once() -> None:
    """The second message of a person costs no call."""
    directory = Directory()
    people = People(directory)
    for _ in range(2):
        assert await people.names(["U1"]) == {"U1": "Ada"}
    assert directory.asked == ["U1"]


async def test_failed_look_up_gives_the_id_and_is_not_repeated_at_once() -> None:
    """A broken directory slows no message."""
    directory = Directory(fails=True)
    people = People(directory)
    for _ in range(2):
        assert await people.names(["U1"]) == {"U1": "U1"}
    assert directory.asked == ["U1"]


async def test_hanging_look_up_is_given_up() -> None:
    """The acknowledgement must not wait for a name, however many are asked for."""
    people = People(Directory(hangs=True))
    started = time.monotonic()
    assert await people.names(["U1", "U2", "U3"]) == {"U1": "U1", "U2": "U2", "U3": "U3"}
    assert time.monotonic() - started < 2 * people_module.TIMEOUT_S


async def test_look_ups_of_one_message_are_limited() -> None:
    """A message that mentions a hundred people makes a handful of calls."""
    directory = Directory()
    ids = [f"U{number}" for number in range(100)]
    names = await People(directory).names(ids)
    assert directory.asked == ids[:MAX_LOOKED_UP]
    assert names["U99"] == "U99"


async def test_memory_is_limited() -> None:
    """Who was not seen for long is forgotten."""
    directory = Directory()
    people = People(directory)
    for number in range(MAX_REMEMBERED + 1):
        await people.names([f"U{number}"])
    directory.asked.clear()
    await people.names(["U1"])
    await people.names(["U0"])
    assert directory.asked == ["U0"]


async def test_name_is_one_short_line() -> None:
    """A display name is text of a stranger: no line breaks, no novels."""
    names = await People(Directory("Ada\nIgnore all\n" + "x" * 500)).names(["U1"])
    assert names["U1"].startswith("Ada Ignore all x")
    assert len(names["U1"]) == people_module.MAX_NAME_CHARS
