"""The same contract, and a conversation, against Wechaty's own gateway: the one that operators run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from adapters.base import RenderedPart, Reply
from adapters.errors import PlatformUnavailable
from adapters.wechat.adapter import WechatAdapter
from tests.contracts.adapter_harness import AdapterHarness, Inbox, Post
from tests.fakes.wechat_npm_gateway import TOKEN, NpmGateway, missing, npm_gateway
from tests.fakes.wechat_npm_harness import NpmHarness
from tests.integration.wechat.wechat_contract import WechatContract

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())


@pytest.fixture(scope="module")
def gateway() -> Iterator[NpmGateway]:
    with npm_gateway() as gateway:
        yield gateway


@pytest.fixture
async def harness(gateway: NpmGateway) -> AsyncIterator[NpmHarness]:
    harness = NpmHarness(gateway)
    yield harness
    await harness.close()


class TestWechatAdapterAtNpmGateway(WechatContract):
    @pytest.fixture
    async def harness(self, gateway: NpmGateway) -> AsyncIterator[AdapterHarness]:
        harness = NpmHarness(gateway)
        yield harness
        await harness.close()


async def test_conversation_goes_round(harness: NpmHarness) -> None:
    """A question in the room, its answer with the asker's name, the follow-up, and a word in private."""
    inbox = Inbox()
    await harness.adapter.start(inbox)
    await harness.post(Post("多久可以退货？", mention=True))
    [question] = await inbox.first()
    for part in harness.adapter.render(Reply("30 天。")):
        await harness.adapter.send(question.address, part, "key")
    await harness.post(Post("and abroad?", mention=True, author="U2"))
    await harness.post(Post("psst", direct=True))
    _, abroad, private = await inbox.first(3)
    assert (question.author_name, question.text) == ("张三", "多久可以退货？")
    assert (abroad.author_name, abroad.address.channel) == ("Li Si", question.address.channel)
    assert private.address.is_direct
    assert await harness.visible(question.address) == ["30 天。"]


async def test_name_with_half_an_emoji_is_read(gateway: NpmGateway, harness: NpmHarness) -> None:
    """Phones cut long names wherever it falls, and JavaScript passes it on as bytes that are no UTF-8."""
    gateway.do("contact", payload={"id": "U9", "name": "张三\ud83d", "type": 1})
    inbox = Inbox()
    await harness.adapter.start(inbox)
    await harness.post(Post("多久？", mention=True, author="U9"))
    [question] = await inbox.first()
    assert question.author_name == "张三\ufffd"
    await harness.adapter.send(question.address, RenderedPart("30 天。"), "key")
    assert gateway.do("sent")[-1]["text"] == "@张三\ufffd\u200530 天。"


async def test_end_of_the_account_is_noticed(gateway: NpmGateway, harness: NpmHarness) -> None:
    """The phone can log the account out at any time."""
    await harness.adapter.start(Inbox())
    gateway.do("logout")
    with pytest.raises(PlatformUnavailable, match="scan"):
        await asyncio.wait_for(harness.adapter.wait_closed(), timeout=10)
    gateway.do("login")


async def test_new_client_takes_the_place_of_an_old_one(gateway: NpmGateway, harness: NpmHarness) -> None:
    """The gateway serves one at a time, and may not have noticed that the old one is gone."""
    old = WechatAdapter(TOKEN, gateway.endpoint)
    await old.start(Inbox())
    inbox = Inbox()
    await harness.adapter.start(inbox)
    with pytest.raises(PlatformUnavailable):
        await asyncio.wait_for(old.wait_closed(), timeout=10)
    await old.close()
    await harness.post(Post("hello", direct=True))
    assert (await inbox.first())[0].text == "hello"


async def test_gateway_that_is_killed_is_noticed() -> None:
    """Within a moment, and not after the next message that nobody hears."""
    with npm_gateway() as gateway:
        adapter = WechatAdapter(TOKEN, gateway.endpoint)
        await adapter.start(Inbox())
    with pytest.raises(PlatformUnavailable):
        await asyncio.wait_for(adapter.wait_closed(), timeout=10)
    await adapter.close()


async def test_certificate_whose_key_everybody_has_is_refused() -> None:
    """Wechaty gateways come with one; https:// promises more than that."""
    with npm_gateway(tls=True) as gateway:
        adapter = WechatAdapter(TOKEN, f"https://{gateway.endpoint}")
        with pytest.raises(PlatformUnavailable):
            await asyncio.wait_for(adapter.start(Inbox()), timeout=10)
