"""The adapter contract over discord.py's real client and real sockets, against the fake Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.contracts.adapter_contract import AdapterContract
from tests.contracts.adapter_harness import AdapterHarness
from tests.fakes.discord_harness import DiscordHarness
from tests.fakes.discord_server import FakeDiscord


class TestDiscordAdapter(AdapterContract):
    @pytest.fixture
    async def harness(self) -> AsyncIterator[AdapterHarness]:
        async with FakeDiscord() as discord:
            harness = DiscordHarness(discord)
            yield harness
            await harness.close()
