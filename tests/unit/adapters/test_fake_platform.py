"""The fake platform is held to the contract of the real ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import replace

import pytest

from adapters.base import ButtonName, CommandName, IncomingMessage, RenderedPart, Reply, ReplyAddress
from adapters.errors import AdapterError, DeliveryRefused, DeliveryUnknown, PlatformUnavailable, RateLimited
from tests.contracts.adapter_contract import AdapterContract
from tests.contracts.adapter_harness import AdapterHarness, Inbox, Post
from tests.fakes.platform import IN_MEMORY, FakePlatform


class FakeHarness(AdapterHarness):
    token_setting = "FAKE_TOKEN"
    unknown_channel = "C404"
    tells_missed = True
    has_commands = True

    def __init__(self) -> None:
        self.adapter: FakePlatform = FakePlatform()
        self._posts: dict[str, IncomingMessage] = {}
        self._deliveries: dict[str, asyncio.Task[None]] = {}

    def _message(self, post: Post, message_id: str = "") -> IncomingMessage:
        return self.adapter.message(
            post.text,
            message_id=message_id,
            thread=post.in_thread_of,
            author=post.author,
            mention=post.mention,
            mention_other=post.mention_other,
            direct=post.direct,
            attachments=post.attachments,
        )

    async def post(self, post: Post) -> str:
        message = self._message(post)
        message_id = message.address.message_id
        if not post.bot and not post.own:
            self._posts[message_id] = message
            await self.redeliver(message_id)
        return message_id

    async def edit(self, message_id: str, post: Post) -> None:
        if message_id not in self._posts:
            return
        before, after = self._posts[message_id], self._message(post, message_id)
        self._posts[message_id] = replace(after, address=before.address, sent_at=before.sent_at)
        self._deliver(message_id, self.adapter.people_edit(self._posts[message_id]))

    async def delete(self, message_id: str) -> None:
        if message_id in self._posts:
            self._deliver(message_id, self.adapter.people_delete(self._posts[message_id]))

    async def preview(self, message_id: str) -> None:
        self._deliver(message_id, self.adapter.people_edit(self._posts[message_id]))

    async def unheard(self, post: Post) -> str:
        self.adapter.unheard.append(self._message(post))
        return self.adapter.unheard[-1].address.message_id

    async def direct_channel(self, author: str = "U1") -> str:
        return f"D-{author}"

    async def lose_answer(self) -> None:
        self.adapter.lost_answers.append(DeliveryUnknown("no answer"))

    async def command(self, name: str, text: str = "", author: str = "U1") -> None:
        commands: dict[str, CommandName | None] = {
            "ask": None,
            "human": "human",
            "forget": "forget",
            "sources": "sources",
        }
        message = self.adapter.command(text, commands[name], author=author)
        self._deliver(message.address.message_id, self.adapter.people_say(message))

    async def press(self, address: ReplyAddress, message_id: str, button: ButtonName, author: str = "U1") -> str:
        [shown] = [shown for shown in self.adapter.shown if shown.message_id == message_id]
        return await self.adapter.people_press(shown, button, author)

    async def buttons(self, address: ReplyAddress) -> list[tuple[str, ...]]:
        return [shown.buttons for shown in self.adapter.shown_at(address)]

    async def private(self, address: ReplyAddress) -> list[str]:
        return [shown.text for shown in self.adapter.shown_at(address, address.visible_to)]

    async def working(self, address: ReplyAddress) -> bool:
        return (address.channel, address.thread) in self.adapter.working

    async def redeliver(self, message_id: str) -> None:
        self._deliver(message_id, self.adapter.people_say(self._posts[message_id]))

    def _deliver(self, message_id: str, event: Coroutine[None, None, None]) -> None:
        self._deliveries[message_id] = asyncio.create_task(event)

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


@pytest.mark.parametrize("error", [PlatformUnavailable("away"), DeliveryRefused("no")], ids=repr)
async def test_failures_meet_edits_and_retractions_too(error: AdapterError) -> None:
    """A failed change changes nothing that people see."""
    platform = FakePlatform()
    await platform.start(Inbox())
    address, [part] = platform.message("hi").address, platform.render(Reply("hello"))
    sent = await platform.send(address, part, "a")
    platform.failures = [error, error]
    with pytest.raises(type(error)):
        await platform.edit(address, sent.message_id, RenderedPart("bye"))
    with pytest.raises(type(error)):
        await platform.retract(address, sent.message_id)
    assert platform.texts_at(address) == ["hello"]


async def test_history_keeps_what_is_no_longer_shown() -> None:
    """A checker sees every text that ever stood there, in order."""
    platform = FakePlatform()
    await platform.start(Inbox())
    address, [part] = platform.message("hi").address, platform.render(Reply("hello"))
    sent = await platform.send(address, part, "a")
    await platform.edit(address, sent.message_id, RenderedPart("bye"))
    await platform.retract(address, sent.message_id)
    id_ = sent.message_id
    assert platform.history == [("shown", id_, "hello"), ("edited", id_, "bye"), ("retracted", id_, "bye")]
    assert platform.shown == []


async def test_send_without_may_be_shown_shows_again() -> None:
    """The platform recognises a repeat only where it is told to look: a sender that forgets it is found out."""
    platform = FakePlatform()
    await platform.start(Inbox())
    address, [part] = platform.message("hi").address, platform.render(Reply("hello"))
    await platform.send(address, part, "a")
    await platform.send(address, part, "a")
    assert platform.texts_at(address) == ["hello", "hello"]
