"""What the page on Discord promises is what the code has."""

from __future__ import annotations

import discord
import pytest

from adapters.discord.client import HEARTBEAT_TIMEOUT_S, MAX_RATE_LIMIT_WAIT_S
from adapters.discord.cog import NEEDED_INTENTS, attach
from adapters.discord.commands import SlashCommands
from adapters.discord.history import MAX_MISSED_MESSAGES
from adapters.discord.shown import MAX_MESSAGES
from tests.unit.docs.pages import ROOT

PAGE = " ".join((ROOT / "docs" / "discord.md").read_text("utf-8").split())


@pytest.mark.parametrize(
    "fact",
    [
        f"says nothing for {HEARTBEAT_TIMEOUT_S:g} seconds",
        f"Rate limits of up to {MAX_RATE_LIMIT_WAIT_S:g} seconds",
        f"up to {MAX_MISSED_MESSAGES} messages each",
        f"up to {MAX_MESSAGES:,} messages after the question",
    ],
)
def test_number_is_that_of_the_code(fact: str) -> None:
    """A changed limit changes the page."""
    assert fact in PAGE


def test_every_slash_command_is_described() -> None:
    """Whoever adds one tells people of it."""

    async def nothing(*_: object) -> None: ...

    client = discord.Client(intents=discord.Intents.none())
    SlashCommands(client, nothing).add()
    tree = client._connection._command_tree
    assert tree is not None
    names = {command.name for command in tree.get_commands()}
    assert names == {"ask", "human", "forget", "sources"}
    assert [name for name in names if f"- `/{name}`" not in PAGE] == []


def test_intents_of_the_example_are_enough() -> None:
    """The bot of the page on plugins loads the assistant."""
    page = (ROOT / "docs" / "plugins.md").read_text("utf-8")
    assert "discord.Intents.default()" in page
    assert "intents.message_content = True" in page
    intents = discord.Intents.default()
    intents.message_content = True
    assert attach(discord.Client(intents=intents)).platform == "discord"
    assert all(getattr(intents, name) for name in NEEDED_INTENTS)
