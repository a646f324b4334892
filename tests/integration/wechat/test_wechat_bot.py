"""The contract once more for an existing bot's account: Python Wechaty's own client, on Wechaty's own gateway."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from adapters.base import Missed, OnEvent, RenderedPart
from adapters.errors import DeliveryUnknown, PlatformUnavailable
from adapters.wechat.wechaty_import import make_importable
from tests.contracts.adapter_harness import AdapterHarness, Inbox, Post
from tests.fakes.wechat_npm_gateway import TOKEN, NpmGateway, missing, npm_gateway
from tests.fakes.wechat_npm_harness import NpmHarness
from tests.integration.wechat.wechat_contract import WechatContract

if sys.version_info >= (3, 13):
    pytest.skip("Python Wechaty ends at Python 3.12", allow_module_level=True)
if missing():
    pytest.skip(missing(), allow_module_level=True)

make_importable()

from wechaty_puppet import PuppetOptions  # noqa: E402 - not importable before
from wechaty_puppet_service import PuppetService  # noqa: E402

from adapters.wechat.bot import BotAdapter  # noqa: E402


class BotHarness(NpmHarness):
    """A bot that has nothing but its client, and hands on what it hears as the plugin does."""

    token_setting = ""

    def __init__(self, gateway: NpmGateway) -> None:
        super().__init__(gateway)
        self.adapter: BotAdapter = BotAdapter(start_timeout_s=10)
        self.puppet: Any = PuppetService(PuppetOptions(token=TOKEN, end_point=gateway.endpoint))
        self.puppet.on("login", lambda payload: self.adapter.log_in(self.puppet, payload.contact_id))
        self.puppet.on("logout", lambda payload: self.adapter.log_out())
        self.puppet.on("message", lambda payload: self.adapter.receive(payload.message_id))
        self._running: asyncio.Task[None] | None = None

    async def start(self, on_event: OnEvent, missed: Missed | None = None) -> None:
        self._running = asyncio.create_task(self.puppet.start())
        await super().start(on_event, missed)

    async def close(self) -> None:
        await super().close()
        if self._running is not None:
            await self.puppet.stop()
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)


@pytest.fixture(scope="module")
def gateway() -> Iterator[NpmGateway]:
    with npm_gateway() as gateway:
        yield gateway


@pytest.fixture
async def bot(gateway: NpmGateway) -> AsyncIterator[BotHarness]:
    harness = BotHarness(gateway)
    yield harness
    await harness.close()


class TestBotAdapter(WechatContract):
    @pytest.fixture
    async def harness(self, gateway: NpmGateway) -> AsyncIterator[AdapterHarness]:
        harness = BotHarness(gateway)
        yield harness
        await harness.close()

    async def test_close_leaves_no_task_behind(self, harness: AdapterHarness) -> None:
        """The bot itself goes on; of the adapter nothing does."""
        await harness.start(Inbox())
        before = asyncio.all_tasks()
        await harness.post(Post("hello", direct=True))
        await harness.adapter.close()
        assert {task.get_name() for task in asyncio.all_tasks() - before} == set()


async def test_bot_that_does_not_log_in_is_told_what_to_do(gateway: NpmGateway) -> None:
    """The plugin may not have been given to the bot."""
    with pytest.raises(PlatformUnavailable, match=r"bot\.use"):
        await BotAdapter(start_timeout_s=0.05).start(Inbox())


async def test_logout_of_the_bot_ends_the_connection(gateway: NpmGateway, bot: BotHarness) -> None:
    """Whoever supervises the adapter starts it again, which waits for the next login."""
    await bot.start(Inbox())
    gateway.do("logout")
    with pytest.raises(PlatformUnavailable, match="logged out"):
        await asyncio.wait_for(bot.adapter.wait_closed(), timeout=10)
    await bot.adapter.close()
    gateway.do("login")
    await bot.adapter.start(Inbox())


async def test_close_ends_the_wait(bot: BotHarness) -> None:
    """Shutting down is no failure."""
    await bot.start(Inbox())
    waiting = asyncio.create_task(bot.adapter.wait_closed())
    await asyncio.sleep(0)
    await bot.adapter.close()
    await asyncio.wait_for(waiting, timeout=5)


async def test_bot_that_was_stopped_leaves_a_send_unknown(bot: BotHarness) -> None:
    """Its client raises errors of its own, which tell not how far it came."""
    inbox = Inbox()
    await bot.start(inbox)
    await bot.post(Post("hello", direct=True))
    [message] = await inbox.first()
    await bot.puppet.stop()
    with pytest.raises(DeliveryUnknown):
        await bot.adapter.send(message.address, RenderedPart("thirty days"), "key")
