"""The adapter contract over discord.py's real client and real sockets, against the fake Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.base import ChatAdapter, ReplyAddress
from adapters.discord.adapter import DiscordAdapter
from tests.contracts.adapter_contract import AdapterContract
from tests.contracts.adapter_harness import AdapterHarness, Post
from tests.fakes.discord_rest import Failure
from tests.fakes.discord_server import FakeDiscord


class DiscordHarness(AdapterHarness):
    acknowledges = False
    tells_missed = True
    token_setting = "DISCORD_BOT_TOKEN"

    def __init__(self, discord: FakeDiscord) -> None:
        self.discord = discord
        self.unknown_channel = discord.world.new_id()
        self.adapter = self._adapter(discord.token)

    def _adapter(self, token: str) -> DiscordAdapter:
        return DiscordAdapter(token, self.discord.api_url, self.discord.gateway_url)

    def with_wrong_token(self) -> ChatAdapter:
        return self._adapter("a-wrong-token")

    async def post(self, post: Post) -> str:
        message = await self.discord.post(
            post.text,
            author=self._author(post),
            mention=post.mention,
            mention_other=post.mention_other,
            direct=post.direct,
            in_thread_of=post.in_thread_of,
            bot=post.bot or post.own,
        )
        return str(message["id"])

    @staticmethod
    def _author(post: Post) -> str:
        return "assistant" if post.own else "another bot" if post.bot else post.author

    async def edit(self, message_id: str, post: Post) -> None:
        await self.discord.edit(message_id, self.discord.content(post.text, post.mention, post.mention_other))

    async def delete(self, message_id: str) -> None:
        await self.discord.delete(message_id)

    async def preview(self, message_id: str) -> None:
        await self.discord.preview(message_id)

    async def unheard(self, post: Post) -> str:
        return await self.post(post)

    async def direct_channel(self, author: str = "U1") -> str:
        return str(self.discord.world.direct_channel(self.discord.world.user(author))["id"])

    async def lose_answer(self) -> None:
        self.discord.rest.failures.append(Failure("POST .*/messages$", 0, accepted=True))
        self.discord.world.remembers_nonces = False

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
