"""The adapter contract over discord.py's real client and real sockets, against the fake Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.base import ChatAdapter, ReplyAddress
from adapters.discord.adapter import DiscordAdapter
from tests.contracts.adapter_contract import AdapterContract
from tests.contracts.adapter_harness import AdapterHarness
from tests.fakes.discord_server import FakeDiscord


class DiscordHarness(AdapterHarness):
    acknowledges = False
    token_setting = "DISCORD_BOT_TOKEN"

    def __init__(self, discord: FakeDiscord) -> None:
        self.discord = discord
        self.unknown_channel = discord.world.new_id()
        self.adapter = self._adapter(discord.token)

    def _adapter(self, token: str) -> DiscordAdapter:
        return DiscordAdapter(token, self.discord.api_url, self.discord.gateway_url)

    def with_wrong_token(self) -> ChatAdapter:
        return self._adapter("a-wrong-token")

    async def post(
        self,
        text: str,
        *,
        mention: bool = False,
        mention_other: bool = False,
        direct: bool = False,
        in_thread_of: str | None = None,
        author: str = "U1",
        bot: bool = False,
        own: bool = False,
    ) -> str:
        author = "assistant" if own else "another bot" if bot else author
        message = await self.discord.post(
            text,
            author=author,
            mention=mention,
            mention_other=mention_other,
            direct=direct,
            in_thread_of=in_thread_of,
            bot=bot or own,
        )
        return str(message["id"])

    async def redeliver(self, message_id: str) -> None:
        await self.discord.redeliver(message_id)

    async def visible(self, address: ReplyAddress) -> list[str]:
        return [message["content"] for message in self.discord.messages(address.channel, address.thread)]

    async def pinged(self, address: ReplyAddress) -> list[str]:
        messages = self.discord.messages(address.channel, address.thread)
        return [ping for message in messages for ping in self.discord.world.pings[message["id"]]]

    async def close(self) -> None:
        await self.adapter.close()


class TestDiscordAdapter(AdapterContract):
    @pytest.fixture
    async def harness(self) -> AsyncIterator[AdapterHarness]:
        async with FakeDiscord() as discord:
            harness = DiscordHarness(discord)
            yield harness
            await harness.close()
