"""The assistant inside somebody else's bot: what stays theirs, and what is left when it goes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import discord as discord_py
import pytest
from discord.ext import commands

from adapters.base import Button, Missed, RenderedPart
from adapters.discord import attach
from adapters.errors import AdapterConfigurationError, AuthenticationFailed, PlatformUnavailable
from tests.contracts.adapter_harness import Inbox
from tests.fakes.discord_harness import AttachedHarness, somebodys_bot
from tests.fakes.discord_interactions import MESSAGE
from tests.fakes.discord_rest import Failure
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.until import until

OUR_COMMANDS = {"ask", "human", "forget", "sources"}


@pytest.fixture
async def harness(fake: FakeDiscord) -> AsyncIterator[AttachedHarness]:
    """A bot that is connected; its adapter is not started yet."""
    harness = AttachedHarness(fake, somebodys_bot(), before=True)
    await harness.connect()
    yield harness
    await harness.close()


def names(bot: discord_py.Client) -> set[str]:
    assert isinstance(bot, commands.Bot)
    return {command.name for command in bot.tree.get_commands()}


def shown(fake: FakeDiscord, channel: str) -> list[str]:
    return [message["content"] for message in fake.messages(channel)]


@pytest.mark.parametrize("missing", ["message_content", "guild_messages", "dm_messages", "guilds"])
def test_missing_intent_is_told_at_once(missing: str) -> None:
    """The bot's owner reads what to change, and where."""
    intents = discord_py.Intents(guilds=True, messages=True, message_content=True)
    setattr(intents, missing, False)
    with pytest.raises(AdapterConfigurationError, match=f"{missing}.*Message Content Intent"):
        attach(discord_py.Client(intents=intents))


async def test_prefix_command_stays_the_bots(fake: FakeDiscord, harness: AttachedHarness) -> None:
    """It is answered by the bot alone, in private too; what only looks like one is a question."""
    inbox = Inbox()
    await harness.adapter.start(inbox)
    for text in ("!ping", "!pong", "hello"):
        await fake.post(text, direct=True)
    chat = fake.world.direct_channel(fake.world.user("alice"))["id"]
    assert [message.text for message in await inbox.first(2)] == ["!pong", "hello"]
    await until(lambda: shown(fake, chat))
    assert shown(fake, chat) == ["pong"]


async def test_prefix_command_of_the_time_before_is_no_question(fake: FakeDiscord, harness: AttachedHarness) -> None:
    """Also in what was missed."""
    await fake.post("!ping")
    await fake.post("hello", mention=True)
    inbox = Inbox()
    await harness.adapter.start(inbox, Missed(datetime(2023, 1, 1, tzinfo=UTC)))
    assert [message.text for message in await inbox.first()] == ["hello"]
    assert len(inbox.messages) == 1


async def test_failing_prefix_function_of_the_bot_costs_no_question(
    fake: FakeDiscord, harness: AttachedHarness
) -> None:
    """Which messages are commands is the owner's code to tell; if it can't, people are answered all the same."""
    assert isinstance(harness.bot, commands.Bot)

    async def fails(*_: object) -> str:
        raise LookupError("the owner's database is away")

    harness.bot.command_prefix = fails
    inbox = Inbox()
    await harness.adapter.start(inbox)
    await fake.post("hello", mention=True)
    assert [message.text for message in await inbox.first()] == ["hello"]


async def test_slash_commands_stand_beside_those_of_the_bot(fake: FakeDiscord, harness: AttachedHarness) -> None:
    """Registered one by one, so that what the bot has told Discord of is not lost; theirs goes on working."""
    fake.rest.interactions.registered = [{"id": "1", "name": "roll", "description": "Rolls a die", "type": 1}]
    inbox = Inbox()
    await harness.adapter.start(inbox)
    assert names(harness.bot) == OUR_COMMANDS | {"roll"}
    await until(lambda: len(fake.rest.interactions.registered) == 5)
    theirs = await fake.command("roll")
    await until(lambda: theirs.response == MESSAGE)
    await fake.command("human")
    assert [message.command for message in await inbox.first()] == ["human"]


async def test_command_name_that_is_taken_is_left_to_the_bot(
    fake: FakeDiscord, harness: AttachedHarness, caplog: pytest.LogCaptureFixture
) -> None:
    """The bot was first; its owner reads of it in the log."""
    called = asyncio.Event()
    assert isinstance(harness.bot, commands.Bot)

    @harness.bot.tree.command(description="Theirs")
    async def ask(interaction: discord_py.Interaction) -> None:
        called.set()

    await harness.adapter.start(Inbox())
    await until(lambda: len(fake.rest.interactions.registered) == 3)
    await fake.command("ask")
    await asyncio.wait_for(called.wait(), timeout=20)
    taken = [record for record in caplog.records if record.__dict__.get("action") == "discord_command_left_out"]
    assert [record.__dict__["command"] for record in taken] == ["ask"]
    await harness.adapter.close()
    assert names(harness.bot) == {"ask", "roll"}


async def test_bot_that_is_full_of_commands_gets_the_assistant_without_its_own(
    fake: FakeDiscord, harness: AttachedHarness, caplog: pytest.LogCaptureFixture
) -> None:
    """Discord takes a hundred; mentions need none."""
    assert isinstance(harness.bot, commands.Bot)

    async def theirs(interaction: discord_py.Interaction) -> None: ...

    for number in range(99):
        command: Any = discord_py.app_commands.Command(name=f"n{number}", description="x", callback=theirs)
        harness.bot.tree.add_command(command)
    inbox = Inbox()
    await harness.adapter.start(inbox)
    await fake.post("hello", mention=True)
    await inbox.first()
    left_out = [r for r in caplog.records if r.__dict__.get("action") == "discord_command_left_out"]
    assert len(left_out) == len(OUR_COMMANDS)
    await harness.adapter.close()
    assert len(names(harness.bot)) == 100


async def test_buttons_of_the_bot_stay_its_own(fake: FakeDiscord, harness: AttachedHarness) -> None:
    """Its view gets its presses, and the assistant gets the assistant's."""
    inbox = Inbox()
    await harness.adapter.start(inbox)
    pressed = asyncio.Event()

    class Theirs(discord_py.ui.View):
        @discord_py.ui.button(label="Theirs", custom_id="theirs")
        async def press(self, interaction: discord_py.Interaction, button: discord_py.ui.Button[Any]) -> None:
            await interaction.response.send_message("theirs")
            pressed.set()

    channel = harness.bot.get_partial_messageable(int(fake.world.general))
    message = await channel.send("pick", view=Theirs())
    theirs = await fake.press(str(message.id), "theirs")
    await asyncio.wait_for(pressed.wait(), timeout=20)
    assert theirs.messages[0]["content"] == "theirs"
    await fake.post("how long?", mention=True)
    address = (await inbox.first())[0].address
    sent = await harness.adapter.send(address, RenderedPart("x", (Button("up", "Good"),)), "1")
    await fake.press(sent.message_id, "up")
    await inbox.until(lambda: bool(inbox.presses))
    assert [press.button for press in inbox.presses] == ["up"]


async def test_listeners_of_the_bot_go_on(fake: FakeDiscord, harness: AttachedHarness) -> None:
    """Also after the assistant has left, and is heard no more."""
    heard: list[str] = []
    assert isinstance(harness.bot, commands.Bot)

    async def listen(message: discord_py.Message) -> None:
        heard.append(message.content)

    harness.bot.add_listener(listen, "on_message")
    inbox = Inbox()
    await harness.adapter.start(inbox)
    await fake.post("one")
    await inbox.first()
    await harness.adapter.close()
    assert names(harness.bot) == {"roll"}
    await fake.post("two")
    await until(lambda: len(heard) == 2)
    assert [message.text for message in inbox.messages] == ["one"]
    with pytest.raises(PlatformUnavailable):
        await harness.adapter.send(inbox.messages[0].address, RenderedPart("x"), "1")


async def test_handlers_of_a_plain_client_go_on(fake: FakeDiscord) -> None:
    """A Client has one handler an event: the assistant's is put in front of it, and taken away again."""
    heard: list[str] = []

    class Theirs(discord_py.Client):
        async def on_message(self, message: discord_py.Message) -> None:
            heard.append(message.content)

    intents = discord_py.Intents(guilds=True, messages=True, message_content=True)
    harness = AttachedHarness(fake, Theirs(intents=intents, guild_ready_timeout=0.2), before=True)
    inbox = Inbox()
    await harness.start(inbox)
    await fake.post("one")
    await inbox.first()
    await harness.adapter.close()
    assert "on_message" not in vars(harness.bot)
    await fake.post("two")
    await until(lambda: heard == ["one", "two"])
    assert len(inbox.messages) == 1
    await harness.close()


async def test_failing_store_is_none_of_the_bots_errors(
    fake: FakeDiscord, harness: AttachedHarness, caplog: pytest.LogCaptureFixture
) -> None:
    """The adapter tries again by itself, and the bot's error handler hears nothing."""
    inbox = Inbox()
    inbox.fails = True
    await harness.adapter.start(inbox)
    await fake.post("hello", mention=True)
    await inbox.first(1)
    inbox.fails = False
    await inbox.first(2)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_revoked_token_leaves_the_bot_to_its_owner(fake: FakeDiscord, harness: AttachedHarness) -> None:
    """The caller is told; the connection is not the assistant's to end."""
    inbox = Inbox()
    await harness.adapter.start(inbox)
    await fake.post("how long?", mention=True)
    address = (await inbox.first())[0].address
    fake.rest.failures.append(Failure("POST .*/threads$", 401))
    with pytest.raises(AuthenticationFailed):
        await harness.adapter.send(address, RenderedPart("x"), "1")
    assert not harness.bot.is_closed()
    await harness.adapter.send(address, RenderedPart("x"), "1")


async def test_adapter_can_be_started_again(fake: FakeDiscord, harness: AttachedHarness) -> None:
    """An extension that is reloaded finds the bot as it was."""
    for _ in range(2):
        inbox = Inbox()
        await harness.adapter.start(inbox)
        await fake.post("hello", mention=True)
        await inbox.first()
        await harness.adapter.close()
    assert len(inbox.messages) == 1
    assert names(harness.bot) == {"roll"}
