"""The fake platform is held to the contract of the real ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from adapters.base import IncomingMessage, Reply, ReplyAddress
from adapters.errors import DeliveryUnknown, RateLimited
from tests.contracts.adapter_contract import AdapterContract
from tests.contracts.adapter_harness import AdapterHarness, Inbox
from tests.fakes.platform import IN_MEMORY, FakePlatform


class FakeHarness(AdapterHarness):
    token_setting = "FAKE_TOKEN"
    unknown_channel = "C404"

    def __init__(self) -> None:
        self.adapter: FakePlatform = FakePlatform()
        self._posts: dict[str, IncomingMessage] = {}
        self._deliveries: dict[str, asyncio.Task[None]] = {}

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
        message = self.adapter.message(
            text, thread=in_thread_of or "", author=author, mention=mention, mention_other=mention_other, direct=direct
        )
        message_id = message.address.message_id
        if not bot and not own:
            self._posts[message_id] = message
            await self.redeliver(message_id)
        return message_id

    async def redeliver(self, message_id: str) -> None:
        delivery = self.adapter.people_say(self._posts[message_id])
        self._deliveries[message_id] = asyncio.create_task(delivery)

    async def settled(self, message_id: str) -> None:
        await asyncio.wait([self._deliveries[message_id]])

    async def acknowledged(self, message_id: str) -> bool:
        return message_id in self.adapter.acknowledged

    async def visible(self, address: ReplyAddress) -> list[str]:
        return self.adapter.texts_at(address)

    async def pinged(self, address: ReplyAddress) -> list[str]:
        return self.adapter.pinged_at(address)

    def with_wrong_token(self) -> FakePlatform:
        return FakePlatform(token="wrong")

    async def close(self) -> None:
        await self.adapter.close()
        await asyncio.gather(*self._deliveries.values(), return_exceptions=True)


class TestFakePlatform(AdapterContract):
    @pytest.fixture
    async def harness(self) -> AsyncIterator[FakeHarness]:
        harness = FakeHarness()
        yield harness
        await harness.close()


async def test_failures_come_in_the_order_they_were_set() -> None:
    """A test can script what each call of `send` meets."""
    platform = FakePlatform(failures=[RateLimited("wait", 1.5), None])
    await platform.start(Inbox())
    address, [part] = platform.message("hi").address, platform.render(Reply("hello"))
    with pytest.raises(RateLimited):
        await platform.send(address, part, "a")
    await platform.send(address, part, "a")
    assert platform.texts_at(address) == ["hello"]


async def test_lost_answer_shows_the_message() -> None:
    """The ambiguous failure: people see the reply, and the sender doesn't know; a repeat shows it twice."""
    platform = FakePlatform(
        capabilities=replace(IN_MEMORY, idempotent_send=False), lost_answers=[DeliveryUnknown("no answer")]
    )
    await platform.start(Inbox())
    address, [part] = platform.message("hi").address, platform.render(Reply("hello"))
    with pytest.raises(DeliveryUnknown):
        await platform.send(address, part, "a")
    await platform.send(address, part, "a")
    assert platform.texts_at(address) == ["hello", "hello"]
