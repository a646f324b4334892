"""A fake Discord with a connected adapter and an inbox."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.discord.adapter import DiscordAdapter
from tests.contracts.adapter_harness import Inbox
from tests.fakes.discord_server import FakeDiscord


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as discord:
        yield discord


@pytest.fixture
async def adapter(fake: FakeDiscord) -> AsyncIterator[DiscordAdapter]:
    """Not started yet."""
    adapter = DiscordAdapter(fake.token, fake.api_url, fake.gateway_url, retry_delays_s=(0, 0))
    yield adapter
    await adapter.close()


@pytest.fixture
async def inbox(adapter: DiscordAdapter) -> Inbox:
    """What the adapter, which is started by this, has received."""
    inbox = Inbox()
    await adapter.start(inbox)
    return inbox
