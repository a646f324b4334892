"""Handlers beside those of a client's owner."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from discord.ext import commands

from adapters.discord.listeners import Listeners

INTENTS = discord.Intents(guilds=True)


class Theirs(discord.Client):
    """A client whose owner has a handler."""

    def __init__(self) -> None:
        super().__init__(intents=INTENTS)
        self.heard: list[str] = []

    async def on_message(self, word: str) -> None:
        self.heard.append(word)


def listeners(client: discord.Client, heard: list[str], names: tuple[str, ...] = ("on_message",)) -> Listeners:
    async def hear(word: str) -> None:
        heard.append(word)

    return Listeners(client, dict.fromkeys(names, hear))


async def fire(client: discord.Client, word: str) -> None:
    """Call what discord.py would call for the event."""
    handlers: list[Any] = [getattr(client, "on_message", None)]
    if isinstance(client, commands.Bot):
        handlers = client.extra_events.get("on_message", [])
    for handler in handlers:
        if handler is not None:
            await handler(word)


@pytest.mark.parametrize("client", [Theirs(), discord.Client(intents=INTENTS), commands.Bot("!", intents=INTENTS)])
async def test_handler_is_called_from_add_until_remove(client: discord.Client) -> None:
    """Twice added is once called, and twice removed is no error."""
    heard: list[str] = []
    ours = listeners(client, heard)
    ours.remove()
    await fire(client, "before")
    for _ in range(2):
        ours.add()
    await fire(client, "while")
    for _ in range(2):
        ours.remove()
    await fire(client, "after")
    assert heard == ["while"]
    assert vars(client).get("on_message") is None
    if isinstance(client, Theirs):
        assert client.heard == ["before", "while", "after"]


async def test_handler_that_the_owner_set_on_the_client_comes_back() -> None:
    """As the decorator `@client.event` sets it."""
    client = discord.Client(intents=INTENTS)
    theirs: list[str] = []

    @client.event
    async def on_message(word: str) -> None:
        theirs.append(word)

    ours = listeners(client, [])
    ours.add()
    await fire(client, "while")
    ours.remove()
    assert vars(client)["on_message"] is on_message
    assert theirs == ["while"]


async def test_handler_that_was_set_later_stays() -> None:
    """Whoever came after the assistant is not taken away with it, and the assistant hears no more."""
    client, heard = Theirs(), list[str]()
    ours = listeners(client, heard)
    ours.add()
    behind = client.on_message

    async def later(word: str) -> None:
        client.heard.append(f"later {word}")
        await behind(word)

    client.on_message = later  # type: ignore[method-assign]
    ours.remove()
    await fire(client, "hello")
    assert client.heard == ["later hello", "hello"]
    assert heard == []


async def test_event_without_a_handler_of_the_owner_gets_ours_alone() -> None:
    """Nothing is left of it afterwards."""
    client, heard = discord.Client(intents=INTENTS), list[str]()
    ours = listeners(client, heard, ("on_interaction",))
    ours.add()
    await client.on_interaction("press")  # type: ignore[attr-defined]
    ours.remove()
    assert heard == ["press"]
    assert not hasattr(client, "on_interaction")


async def test_failure_of_our_handler_is_none_of_the_owners(caplog: pytest.LogCaptureFixture) -> None:
    """The owner's handler is called all the same, and the log names the class and no text."""

    async def fails(word: str) -> None:
        raise RuntimeError(word)

    client = Theirs()
    Listeners(client, {"on_message": fails}).add()
    await fire(client, "secret text")
    assert client.heard == ["secret text"]
    [failed] = [record for record in caplog.records if record.__dict__.get("action") == "discord_event_failed"]
    assert failed.__dict__["error"] == "RuntimeError"
    assert "secret text" not in repr(failed.__dict__)
