"""The adapter contract inside bots that belong to somebody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import discord as discord_py
import pytest

from tests.contracts.adapter_contract import ConnectionContract
from tests.contracts.adapter_harness import AdapterHarness, Inbox, Post
from tests.fakes.discord_harness import AttachedHarness, somebodys_bot
from tests.fakes.discord_server import FakeDiscord


class AttachedContract(ConnectionContract):
    async def test_close_leaves_no_task_behind(self, harness: AdapterHarness) -> None:
        """Nothing of the adapter goes on once it is closed; the bot does."""
        assert isinstance(harness, AttachedHarness)
        await harness.connect()
        before = asyncio.all_tasks()
        inbox = Inbox()
        await harness.adapter.start(inbox)
        await harness.post(Post("hello", direct=True))
        await inbox.first()
        await harness.adapter.close()
        async with asyncio.timeout(20):
            await asyncio.gather(*(asyncio.all_tasks() - before), return_exceptions=True)
        assert not harness.bot.is_closed()


class TestAttachedToBot(AttachedContract):
    """Once before the bot connects, and once while it is connected."""

    @pytest.fixture(params=[False, True], ids=["before", "while connected"])
    async def harness(self, request: pytest.FixtureRequest) -> AsyncIterator[AdapterHarness]:
        async with FakeDiscord() as discord:
            harness = AttachedHarness(discord, somebodys_bot(), before=request.param)
            yield harness
            await harness.close()


class TestAttachedToPlainClient(AttachedContract):
    """A client without the commands extension."""

    @pytest.fixture
    async def harness(self) -> AsyncIterator[AdapterHarness]:
        intents = discord_py.Intents(guilds=True, messages=True, message_content=True)
        async with FakeDiscord() as discord:
            client = discord_py.Client(intents=intents, guild_ready_timeout=0.2)
            harness = AttachedHarness(discord, client, before=True)
            yield harness
            await harness.close()
