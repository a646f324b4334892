"""The tests behind each sentence of `ChatAdapter`: every adapter, and every fake of one, passes them.

Subclass `AdapterContract` in a test file as `Test…` and override the `harness` fixture.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from adapters.base import ChatAdapter, RenderedPart, Reply, ReplyAddress
from adapters.errors import AdapterError, AuthenticationFailed
from tests.contracts.adapter_harness import AdapterHarness, Inbox
from tests.contracts.render_contract import RenderContract

HOSTILE = "Hi @everyone @here <!channel> <!here> <!everyone> <@U123> <@123456789> <@&456> <!subteam^S1> <#C1> read this"


async def ask(harness: AdapterHarness, text: str = "hello") -> str:
    """Put a question to the assistant in the way the platform has: by a mention, or directly."""
    return await harness.post(text, mention=harness.has_channels, direct=not harness.has_channels)


async def started(harness: AdapterHarness) -> Inbox:
    inbox = Inbox()
    await harness.start(inbox)
    return inbox


async def asked(harness: AdapterHarness) -> ReplyAddress:
    """Give the address of a question that has arrived."""
    inbox = await started(harness)
    await ask(harness)
    [message] = await inbox.first()
    return message.address


async def say(harness: AdapterHarness, address: ReplyAddress, text: str) -> None:
    for number, part in enumerate(harness.adapter.render(Reply(text))):
        await harness.adapter.send(address, part, f"key-{number}")


def only_with_channels(harness: AdapterHarness) -> None:
    if not harness.has_channels:
        pytest.skip("the platform has direct messages only")


def only_with_acknowledgement(harness: AdapterHarness) -> None:
    if not harness.acknowledges:
        pytest.skip("the platform does not learn whether an event was taken")


class AdapterContract(RenderContract):
    # -- start

    async def test_is_a_chat_adapter(self, harness: AdapterHarness) -> None:
        """The object has every member of the port."""
        assert isinstance(harness.adapter, ChatAdapter)

    async def test_wrong_token_is_refused_at_start_naming_the_setting(self, harness: AdapterHarness) -> None:
        """The operator reads which setting to correct."""
        if not harness.token_setting:
            pytest.skip("the platform has no token")
        adapter = harness.with_wrong_token()
        with pytest.raises(AuthenticationFailed, match=harness.token_setting):
            await adapter.start(Inbox())
        await adapter.close()

    # -- messages in

    async def test_question_arrives_as_plain_text(self, harness: AdapterHarness) -> None:
        """The text no longer holds the mention of the assistant, the message says who wrote it and that it is asked."""
        inbox = await started(harness)
        message_id = await ask(harness, "how long do I have?")
        [message] = await inbox.first()
        assert message.text == "how long do I have?"
        assert message.is_addressed
        assert message.author_id
        assert message.address.message_id == message_id
        assert message.address.platform == harness.adapter.platform

    async def test_mention_arrives_once_for_each_event_with_one_key(self, harness: AdapterHarness) -> None:
        """Twin events of one post carry the same key, and each of them says that the assistant was named."""
        only_with_channels(harness)
        inbox = await started(harness)
        await harness.post("hello", mention=True)
        messages = await inbox.first(harness.events_per_mention)
        assert len({message.event_key for message in messages}) == 1
        assert all(message.mentions_assistant for message in messages)
        assert len(set(messages)) == 1

    async def test_redelivered_event_has_the_same_key(self, harness: AdapterHarness) -> None:
        """What the platform sends again can be told from a new post."""
        inbox = await started(harness)
        message_id = await harness.post("hello", direct=True)
        await inbox.first(1)
        await harness.redeliver(message_id)
        first, again = await inbox.first(2)
        assert first.event_key == again.event_key

    async def test_two_posts_have_two_keys(self, harness: AdapterHarness) -> None:
        """Equal text is not the same message."""
        inbox = await started(harness)
        await harness.post("hello", direct=True)
        await harness.post("hello", direct=True)
        first, second = await inbox.first(2)
        assert first.event_key != second.event_key

    async def test_direct_message_is_direct(self, harness: AdapterHarness) -> None:
        """A one-to-one chat speaks to the assistant without naming it."""
        inbox = await started(harness)
        await harness.post("hello", direct=True)
        [message] = await inbox.first()
        assert message.address.is_direct
        assert message.is_addressed

    async def test_overheard_message_is_not_addressed(self, harness: AdapterHarness) -> None:
        """A message in a channel that names nobody arrives as overheard."""
        only_with_channels(harness)
        inbox = await started(harness)
        await harness.post("lunch?")
        [message] = await inbox.first()
        assert not message.is_addressed
        assert not message.mentions_others

    async def test_message_to_another_person_says_so(self, harness: AdapterHarness) -> None:
        """Naming somebody else is not naming the assistant."""
        only_with_channels(harness)
        inbox = await started(harness)
        await harness.post("can you look?", mention_other=True)
        [message] = await inbox.first()
        assert message.mentions_others
        assert not message.mentions_assistant

    async def test_thread_message_carries_its_thread(self, harness: AdapterHarness) -> None:
        """Two messages in one thread have one conversation's address."""
        only_with_channels(harness)
        if not harness.adapter.capabilities.threads:
            pytest.skip("the platform has no threads")
        inbox = await started(harness)
        root = await harness.post("first", mention=True)
        await harness.post("second", in_thread_of=root)
        await harness.post("third", in_thread_of=root)
        messages = await inbox.first(harness.events_per_mention + 2)
        second, third = (next(m for m in messages if m.text == text) for text in ("second", "third"))
        assert second.address.thread
        assert (second.address.channel, second.address.thread) == (third.address.channel, third.address.thread)

    async def test_own_and_other_bots_messages_never_arrive(self, harness: AdapterHarness) -> None:
        """Two bots must not talk to each other for ever; a person's message afterwards shows that all was delivered."""
        only_with_channels(harness)
        inbox = await started(harness)
        await harness.post("I am the assistant", own=True, mention=True)
        await harness.post("I am a bot", bot=True, mention=True)
        await harness.post("I am a bot", bot=True, direct=True)
        await harness.post("I am a person", direct=True)
        await inbox.first()
        assert [message.text for message in inbox.messages] == ["I am a person"]

    # -- acknowledgement

    async def test_event_is_acknowledged_only_after_the_callback_returned(self, harness: AdapterHarness) -> None:
        """While the message is being stored the platform has no acknowledgement; afterwards it has."""
        only_with_acknowledgement(harness)
        inbox = Inbox()
        inbox.hold()
        await harness.start(inbox)
        message_id = await harness.post("hello", direct=True)
        await inbox.first()
        assert not await harness.acknowledged(message_id)
        inbox.release()
        await harness.settled(message_id)
        assert await harness.acknowledged(message_id)

    async def test_failed_callback_leaves_the_event_unacknowledged(self, harness: AdapterHarness) -> None:
        """The platform delivers again what could not be stored, and then it is acknowledged."""
        only_with_acknowledgement(harness)
        inbox = Inbox()
        inbox.fails = True
        await harness.start(inbox)
        message_id = await harness.post("hello", direct=True)
        await harness.settled(message_id)
        assert not await harness.acknowledged(message_id)
        inbox.fails = False
        seen = len(inbox.messages)
        await harness.redeliver(message_id)
        await inbox.first(seen + 1)
        await harness.settled(message_id)
        assert await harness.acknowledged(message_id)
        assert len({message.event_key for message in inbox.messages}) == 1

    # -- replies out

    async def test_reply_shows_where_the_question_was_asked(self, harness: AdapterHarness) -> None:
        """The address makes a trip through JSON, as it does through the store, and still leads there."""
        address = await asked(harness)
        await say(harness, ReplyAddress.from_json(address.to_json()), "thirty days")
        assert await harness.visible(address) == ["thirty days"]

    async def test_reply_to_a_direct_message_shows_in_the_direct_chat(self, harness: AdapterHarness) -> None:
        """A private question gets a private answer."""
        inbox = await started(harness)
        await harness.post("hello", direct=True)
        [message] = await inbox.first()
        await say(harness, message.address, "thirty days")
        assert await harness.visible(message.address) == ["thirty days"]

    async def test_long_answer_shows_whole_and_in_order(self, harness: AdapterHarness) -> None:
        """Every part is taken by the platform."""
        address = await asked(harness)
        text = " ".join(f"word{number}" for number in range(1500))
        await say(harness, address, text)
        assert text.split() == " ".join(await harness.visible(address)).split()

    async def test_mentions_in_an_answer_ping_nobody(self, harness: AdapterHarness) -> None:
        """What the model writes, or was made to write, notifies neither people nor channels."""
        address = await asked(harness)
        await say(harness, address, HOSTILE)
        shown = " ".join(await harness.visible(address))
        assert "read this" in shown
        assert "everyone" in shown
        assert await harness.pinged(address) == []

    async def test_same_key_twice_shows_once(self, harness: AdapterHarness) -> None:
        """Where the platform can be made to tell repeats, a repeated send is invisible."""
        if not harness.adapter.capabilities.idempotent_send:
            pytest.skip("the platform cannot tell a repeated send")
        address = await asked(harness)
        for _ in range(2):
            await harness.adapter.send(address, RenderedPart("thirty days"), "the-same-key")
        assert await harness.visible(address) == ["thirty days"]

    async def test_unknown_channel_raises_only_an_adapter_error(self, harness: AdapterHarness) -> None:
        """The caller needs to know no platform's own exceptions."""
        if not harness.unknown_channel:
            pytest.skip("the platform has one channel")
        address = replace(await asked(harness), channel=harness.unknown_channel, thread="")
        with pytest.raises(AdapterError):
            await harness.adapter.send(address, RenderedPart("hello"), "key")

    # -- close

    async def test_closing_twice_is_fine(self, harness: AdapterHarness) -> None:
        """Shutting down never fails on what is already down."""
        await started(harness)
        await harness.adapter.close()
        await harness.adapter.close()

    async def test_closing_before_start_is_fine(self, harness: AdapterHarness) -> None:
        """A process that fails before it connected can clean up in one way."""
        await harness.adapter.close()

    async def test_close_leaves_no_task_behind(self, harness: AdapterHarness) -> None:
        """Nothing of the adapter goes on once it is closed."""
        before = asyncio.all_tasks()
        await started(harness)
        await harness.adapter.close()
        async with asyncio.timeout(20):
            await asyncio.gather(*(asyncio.all_tasks() - before), return_exceptions=True)
