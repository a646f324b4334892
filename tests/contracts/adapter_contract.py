"""The tests behind each sentence of `ChatAdapter`: every adapter, and every fake of one, passes them.

Subclass `AdapterContract` in a test file as `Test…` and override the `harness` fixture. Another connection of the same
platform, which renders by the same code, needs `ConnectionContract` alone.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.base import Button, ButtonPress, ChatAdapter, Missed, RenderedPart, Reply, ReplyAddress
from adapters.errors import AdapterError, AuthenticationFailed, DeliveryRefused, DeliveryUnknown
from tests.contracts.adapter_harness import AdapterHarness, Inbox, Post
from tests.contracts.render_contract import NUMBER, RenderContract

HOSTILE = "Hi @everyone @here <!channel> <!here> <!everyone> <@U123> <@123456789> <@&456> <!subteam^S1> <#C1> read this"
PART = RenderedPart("thirty days")
BUTTONS = (Button("up", "It helped"), Button("down", "It did not"), Button("human", "Talk to a human"))
LONG_AGO = datetime(2023, 1, 1, tzinfo=UTC)


def question(harness: AdapterHarness, text: str) -> Post:
    """Give a question to the assistant in the way the platform has: by a mention, or directly."""
    return Post(text, mention=harness.has_channels, direct=not harness.has_channels)


async def ask(harness: AdapterHarness, text: str = "hello") -> str:
    return await harness.post(question(harness, text))


async def started(harness: AdapterHarness, missed: Missed | None = None) -> Inbox:
    inbox = Inbox()
    await harness.start(inbox, missed)
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


def only_with_threads(harness: AdapterHarness) -> None:
    only_with_channels(harness)
    if not harness.adapter.capabilities.threads:
        pytest.skip("the platform has no threads")


def only_with_acknowledgement(harness: AdapterHarness) -> None:
    if not harness.acknowledges:
        pytest.skip("the platform does not learn whether an event was taken")


def only_where_people_change_posts(harness: AdapterHarness) -> None:
    if not harness.people_change:
        pytest.skip("what was written on the platform stays as it is")


def only_where_people_delete_posts(harness: AdapterHarness) -> None:
    if not harness.people_delete:
        pytest.skip("what was written on the platform stays there")


def only_with_edits(harness: AdapterHarness) -> None:
    if not harness.adapter.capabilities.edits:
        pytest.skip("the platform cannot change what was shown")


def only_with_commands(harness: AdapterHarness) -> None:
    if not harness.has_commands:
        pytest.skip("the platform has no slash commands")


def only_with_files(harness: AdapterHarness) -> None:
    if not harness.has_files:
        pytest.skip("the platform has no files")


def only_with_buttons(harness: AdapterHarness) -> None:
    if not harness.adapter.capabilities.buttons:
        pytest.skip("the platform has no buttons")


def only_with_private_replies(harness: AdapterHarness) -> None:
    if not harness.adapter.capabilities.private_replies:
        pytest.skip("the platform shows nothing to one person alone")


def only_where_work_shows(harness: AdapterHarness) -> None:
    if not harness.adapter.capabilities.working_s:
        pytest.skip("the platform does not show that somebody is at work")


class ConnectionContract:
    @pytest.fixture
    async def harness(self) -> AdapterHarness:
        raise NotImplementedError("each platform gives its own harness")

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

    async def test_what_was_missed_is_delivered(self, harness: AdapterHarness) -> None:
        """A question that was asked while nobody was connected is answered late, and not never."""
        if not harness.tells_missed:
            pytest.skip("the platform delivers by itself, or can't be asked")
        asked_ids = {
            await harness.unheard(Post("in the channel", mention=True)),
            await harness.unheard(Post("in private", direct=True)),
        }
        inbox = await started(harness, Missed(LONG_AGO, (await harness.direct_channel(),)))
        assert asked_ids == {message.address.message_id for message in await inbox.first(2)}

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
        await harness.post(Post("hello", mention=True))
        messages = await inbox.first(harness.events_per_mention)
        assert len({message.event_key for message in messages}) == 1
        assert all(message.mentions_assistant for message in messages)
        assert len(set(messages)) == 1

    async def test_redelivered_event_has_the_same_key(self, harness: AdapterHarness) -> None:
        """What the platform sends again can be told from a new post."""
        inbox = await started(harness)
        message_id = await harness.post(Post("hello", direct=True))
        await inbox.first(1)
        await harness.redeliver(message_id)
        first, again = await inbox.first(2)
        assert first.event_key == again.event_key

    async def test_two_posts_have_two_keys(self, harness: AdapterHarness) -> None:
        """Equal text is not the same message."""
        inbox = await started(harness)
        await harness.post(Post("hello", direct=True))
        await harness.post(Post("hello", direct=True))
        first, second = await inbox.first(2)
        assert first.event_key != second.event_key

    async def test_direct_message_is_direct(self, harness: AdapterHarness) -> None:
        """A one-to-one chat speaks to the assistant without naming it."""
        inbox = await started(harness)
        await harness.post(Post("hello", direct=True))
        [message] = await inbox.first()
        assert message.address.is_direct
        assert message.is_addressed

    async def test_overheard_message_is_not_addressed(self, harness: AdapterHarness) -> None:
        """A message in a channel that names nobody arrives as overheard."""
        only_with_channels(harness)
        inbox = await started(harness)
        await harness.post(Post("lunch?"))
        [message] = await inbox.first()
        assert not message.is_addressed
        assert not message.mentions_others

    async def test_message_to_another_person_says_so(self, harness: AdapterHarness) -> None:
        """Naming somebody else is not naming the assistant."""
        only_with_channels(harness)
        inbox = await started(harness)
        await harness.post(Post("can you look?", mention_other=True))
        [message] = await inbox.first()
        assert message.mentions_others
        assert not message.mentions_assistant

    async def test_thread_message_carries_its_thread(self, harness: AdapterHarness) -> None:
        """Two messages in one thread have one conversation's address."""
        only_with_threads(harness)
        inbox = await started(harness)
        root = await harness.post(Post("first", mention=True))
        await harness.post(Post("second", in_thread_of=root))
        await harness.post(Post("third", in_thread_of=root))
        messages = await inbox.first(harness.events_per_mention + 2)
        second, third = (next(m for m in messages if m.text == text) for text in ("second", "third"))
        assert second.address.thread
        assert (second.address.channel, second.address.thread) == (third.address.channel, third.address.thread)

    async def test_own_and_other_bots_messages_never_arrive(self, harness: AdapterHarness) -> None:
        """Two bots must not talk to each other for ever; a person's message afterwards shows that all was delivered."""
        only_with_channels(harness)
        inbox = await started(harness)
        await harness.post(Post("I am the assistant", own=True, mention=True))
        await harness.post(Post("I am a bot", bot=True, mention=True))
        await harness.post(Post("I am a bot", bot=True, direct=True))
        await harness.post(Post("I am a person", direct=True))
        await inbox.first()
        assert [message.text for message in inbox.messages] == ["I am a person"]

    async def test_attachments_arrive_by_name(self, harness: AdapterHarness) -> None:
        """What can't be read can be named; the words beside it arrive as ever."""
        only_with_files(harness)
        if not harness.files_beside_words:
            pytest.skip("a file is a post of its own")
        inbox = await started(harness)
        await harness.post(replace(question(harness, "what is this?"), attachments=("photo.png", "bill.pdf")))
        [message] = await inbox.first()
        assert message.text == "what is this?"
        assert message.attachments == ("photo.png", "bill.pdf")

    async def test_attachment_without_words_is_a_message(self, harness: AdapterHarness) -> None:
        """Whoever sends only a picture gets an answer, too."""
        only_with_files(harness)
        inbox = await started(harness)
        await harness.post(Post("", direct=True, attachments=("photo.png",)))
        [message] = await inbox.first()
        assert (message.text, message.attachments) == ("", ("photo.png",))

    # -- slash commands

    async def test_asking_by_command_is_a_question_answered_to_the_asker_alone(self, harness: AdapterHarness) -> None:
        """A command is seen by nobody else, and so is its answer."""
        only_with_commands(harness)
        inbox = await started(harness)
        await harness.command("ask", "how long do I have?", author="U1")
        [message] = await inbox.first()
        assert message.text == "how long do I have?"
        assert message.command is None
        assert message.is_addressed
        assert message.address.visible_to == message.author_id
        address = ReplyAddress.from_json(message.address.to_json())
        await harness.adapter.send(address, PART, "key-0")
        await harness.adapter.send(address, RenderedPart("or forty"), "key-1")
        assert await harness.private(address) == ["thirty days", "or forty"]
        assert await harness.visible(address) == []

    @pytest.mark.parametrize("name", ["human", "forget", "sources"])
    async def test_command_arrives_as_such(self, harness: AdapterHarness, name: str) -> None:
        """What is to be done is data, and is not read from the words."""
        only_with_commands(harness)
        inbox = await started(harness)
        await harness.command(name)
        [message] = await inbox.first()
        assert message.command == name
        assert message.is_addressed
        assert message.address.visible_to == message.author_id

    async def test_two_commands_have_two_keys(self, harness: AdapterHarness) -> None:
        """The same command again is another one."""
        only_with_commands(harness)
        inbox = await started(harness)
        await harness.command("ask", "how long?")
        await harness.command("ask", "how long?")
        first, second = await inbox.first(2)
        assert first.event_key != second.event_key

    # -- changes of messages

    async def test_changed_post_arrives_anew_under_its_key(self, harness: AdapterHarness) -> None:
        """Its text is the new one, its place and author are the same, and it tells when it was changed."""
        only_where_people_change_posts(harness)
        inbox = await started(harness)
        message_id = await ask(harness, "how lnog?")
        [first] = await inbox.first()
        await harness.edit(message_id, question(harness, "how long?"))
        change = await inbox.first_change()
        assert change == replace(first, text="how long?", edited_at=change.edited_at)
        assert change.edited_at is not None
        assert change.edited_at >= first.sent_at
        assert first.edited_at is None

    async def test_changed_direct_message_arrives_anew_under_its_key(self, harness: AdapterHarness) -> None:
        """A private question can be corrected as well."""
        only_where_people_change_posts(harness)
        inbox = await started(harness)
        message_id = await harness.post(Post("how lnog?", direct=True))
        [first] = await inbox.first()
        await harness.edit(message_id, Post("how long?", direct=True))
        change = await inbox.first_change()
        assert change == replace(first, text="how long?", edited_at=change.edited_at)

    async def test_mention_added_by_a_change_is_told(self, harness: AdapterHarness) -> None:
        """Who forgot to name the assistant can do it afterwards; all events of that change say the same."""
        only_where_people_change_posts(harness)
        only_with_channels(harness)
        inbox = await started(harness)
        message_id = await harness.post(Post("how long?"))
        [overheard] = await inbox.first()
        await harness.edit(message_id, Post("how long?", mention=True))
        change = await inbox.first_change()
        await harness.post(Post("that was all", direct=True))
        await inbox.until(lambda: inbox.messages[-1].text == "that was all")
        assert change == replace(overheard, mentions_assistant=True, edited_at=change.edited_at)
        assert set(inbox.changes) == {change}

    async def test_deleted_post_arrives_as_deleted_under_its_key(self, harness: AdapterHarness) -> None:
        """Which question was withdrawn can be told."""
        only_where_people_delete_posts(harness)
        inbox = await started(harness)
        message_id = await ask(harness)
        [message] = await inbox.first()
        await harness.delete(message_id)
        assert (await inbox.first_deletion()).event_key == message.event_key

    async def test_deleted_post_of_a_thread_arrives_under_its_key(self, harness: AdapterHarness) -> None:
        """Also there the key is that of the post, and its root is not taken for it."""
        only_where_people_delete_posts(harness)
        only_with_threads(harness)
        inbox = await started(harness)
        root = await harness.post(Post("first"))
        message_id = await harness.post(Post("second", in_thread_of=root))
        second = (await inbox.first(2))[1]
        await harness.delete(message_id)
        assert (await inbox.first_deletion()).event_key == second.event_key

    async def test_deleted_root_of_a_thread_arrives_under_its_key(self, harness: AdapterHarness) -> None:
        """Platforms tell of it in another way, as there are posts below it."""
        only_where_people_delete_posts(harness)
        only_with_threads(harness)
        inbox = await started(harness)
        root = await harness.post(Post("first"))
        await harness.post(Post("second", in_thread_of=root))
        first, _ = await inbox.first(2)
        await harness.delete(root)
        assert (await inbox.first_deletion()).event_key == first.event_key
        assert inbox.changes == []

    async def test_preview_of_a_link_is_no_change(self, harness: AdapterHarness) -> None:
        """What the platform adds to a post is not what its author says."""
        only_where_people_change_posts(harness)
        inbox = await started(harness)
        message_id = await harness.post(Post("see https://x.example", direct=True))
        await inbox.first()
        await harness.preview(message_id)
        await harness.post(Post("that was all", direct=True))
        await inbox.first(2)
        assert [message.text for message in inbox.messages] == ["see https://x.example", "that was all"]
        assert inbox.changes == []

    async def test_changes_of_own_and_other_bots_messages_never_arrive(self, harness: AdapterHarness) -> None:
        """The assistant's own edits would come back as questions."""
        only_where_people_change_posts(harness)
        only_with_channels(harness)
        inbox = await started(harness)
        for post in (Post("I am", own=True), Post("I am", bot=True)):
            message_id = await harness.post(post)
            await harness.edit(message_id, replace(post, text="I was", mention=True))
            await harness.delete(message_id)
        await harness.post(Post("I am a person", direct=True))
        await inbox.first()
        assert [message.text for message in inbox.messages] == ["I am a person"]
        assert inbox.deletions == []

    # -- acknowledgement

    async def test_event_is_acknowledged_only_after_the_callback_returned(self, harness: AdapterHarness) -> None:
        """While the message is being stored the platform has no acknowledgement; afterwards it has."""
        only_with_acknowledgement(harness)
        inbox = Inbox()
        inbox.hold()
        await harness.start(inbox)
        message_id = await harness.post(Post("hello", direct=True))
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
        message_id = await harness.post(Post("hello", direct=True))
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
        await harness.post(Post("hello", direct=True))
        [message] = await inbox.first()
        await say(harness, message.address, "thirty days")
        assert await harness.visible(message.address) == ["thirty days"]

    async def test_long_answer_shows_whole_and_in_order(self, harness: AdapterHarness) -> None:
        """Every part is taken by the platform."""
        address = await asked(harness)
        text = " ".join(f"word{number}" for number in range(1500))
        await say(harness, address, text)
        assert text.split() == " ".join(NUMBER.sub("", part) for part in await harness.visible(address)).split()

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
        first = await harness.adapter.send(address, PART, "the-same-key")
        again = await harness.adapter.send(address, PART, "the-same-key", may_be_shown=True)
        assert first == again
        assert await harness.visible(address) == ["thirty days"]

    async def test_send_after_a_lost_answer_shows_once(self, harness: AdapterHarness) -> None:
        """The sender that does not know asks the platform, and gets the id of what is there."""
        if not (harness.loses_answers and harness.adapter.capabilities.idempotent_send):
            pytest.skip("no answer is lost, or the platform cannot tell a repeated send")
        address = await asked(harness)
        await harness.lose_answer()
        with pytest.raises(DeliveryUnknown):
            await harness.adapter.send(address, PART, "key")
        sent = await harness.adapter.send(address, PART, "key", may_be_shown=True)
        assert await harness.visible(address) == ["thirty days"]
        await harness.adapter.retract(address, sent.message_id)
        assert await harness.visible(address) == []

    @pytest.mark.parametrize("direct", [False, True], ids=["channel", "direct"])
    async def test_send_that_was_never_carried_out_shows(self, harness: AdapterHarness, direct: bool) -> None:
        """What may be shown and is not, is shown now; somebody else's like words are not ours. Where nobody can look,
        it is not sent again: it could be there twice."""
        if not direct:
            only_with_channels(harness)
        inbox = await started(harness)
        await harness.post(Post("thirty days", mention=not direct, direct=direct))
        [message] = await inbox.first()
        if not harness.adapter.capabilities.idempotent_send:
            with pytest.raises(DeliveryUnknown):
                await harness.adapter.send(message.address, PART, "key", may_be_shown=True)
            assert await harness.visible(message.address) == []
            return
        await harness.adapter.send(message.address, PART, "key", may_be_shown=True)
        assert await harness.visible(message.address) == ["thirty days"]

    async def test_unknown_channel_raises_only_an_adapter_error(self, harness: AdapterHarness) -> None:
        """The caller needs to know no platform's own exceptions."""
        if not harness.unknown_channel:
            pytest.skip("the platform has one channel")
        address = replace(await asked(harness), channel=harness.unknown_channel, thread="")
        with pytest.raises(AdapterError):
            await harness.adapter.send(address, RenderedPart("hello"), "key")

    async def test_private_reply_to_a_message_is_seen_by_its_author_alone(self, harness: AdapterHarness) -> None:
        """Where a channel is set to it, answers don't fill it."""
        only_with_private_replies(harness)
        only_with_channels(harness)
        inbox = await started(harness)
        await harness.post(Post("hello", mention=True))
        [message] = await inbox.first()
        address = replace(message.address, visible_to=message.author_id)
        await harness.adapter.send(address, PART, "key")
        assert await harness.private(address) == ["thirty days"]
        assert await harness.visible(message.address) == []

    async def test_private_reply_can_be_neither_edited_nor_retracted(self, harness: AdapterHarness) -> None:
        """The caller hears it, on every platform alike."""
        only_with_private_replies(harness)
        only_with_channels(harness)
        inbox = await started(harness)
        await harness.post(Post("hello", mention=True))
        [message] = await inbox.first()
        address = replace(message.address, visible_to=message.author_id)
        sent = await harness.adapter.send(address, PART, "key")
        with pytest.raises(DeliveryRefused):
            await harness.adapter.edit(address, sent.message_id, RenderedPart("forty days"))
        with pytest.raises(DeliveryRefused):
            await harness.adapter.retract(address, sent.message_id)

    # -- while the answer is being made

    async def test_work_shows_until_the_reply_is_there(self, harness: AdapterHarness) -> None:
        """Whoever asked sees at once that somebody is at it."""
        only_where_work_shows(harness)
        address = await asked(harness)
        assert not await harness.working(address)
        for _ in range(2):
            await harness.adapter.show_working(address)
        assert await harness.working(address)
        await harness.adapter.send(address, PART, "key")
        await harness.adapter.show_working(address, is_working=False)
        assert not await harness.working(address)
        assert await harness.visible(address) == ["thirty days"]

    async def test_showing_work_is_never_a_fault(self, harness: AdapterHarness) -> None:
        """Also where the platform has nothing of the kind, or it was taken away already."""
        address = await asked(harness)
        await harness.adapter.show_working(address)
        for _ in range(2):
            await harness.adapter.show_working(address, is_working=False)

    async def test_growing_text_ends_as_the_final_one(self, harness: AdapterHarness) -> None:
        """One message grows in its place, and in the end holds the answer exactly, also where it began otherwise."""
        only_with_edits(harness)
        address = await asked(harness)
        texts = ["You", "You have **thir", "You have **thirty** days", "Within *thirty* days, as in [1]."]
        parts = [harness.adapter.render(Reply(text, is_preview=text != texts[-1])) for text in texts]
        assert [len(each) for each in parts] == [1] * len(texts)
        sent = await harness.adapter.send(address, parts[0][0], "key")
        for [part] in parts[1:]:
            await harness.adapter.edit(address, sent.message_id, part)
        assert await harness.visible(address) == [parts[-1][0].text]

    async def test_text_that_was_given_up_in_its_growth_can_be_retracted(self, harness: AdapterHarness) -> None:
        """A question that is withdrawn while it is being answered leaves nothing behind."""
        only_with_edits(harness)
        address = await asked(harness)
        [part] = harness.adapter.render(Reply("You have", is_preview=True))
        sent = await harness.adapter.send(address, part, "key")
        await harness.adapter.retract(address, sent.message_id)
        assert await harness.visible(address) == []

    # -- buttons

    async def test_buttons_are_below_the_reply_until_an_edit_without_them(self, harness: AdapterHarness) -> None:
        """They come and go with the part."""
        only_with_buttons(harness)
        address = await asked(harness)
        sent = await harness.adapter.send(address, RenderedPart("thirty days", BUTTONS), "key")
        assert await harness.buttons(address) == [("up", "down", "human")]
        await harness.adapter.edit(address, sent.message_id, RenderedPart("thirty days", BUTTONS[:1]))
        assert await harness.buttons(address) == [("up",)]
        await harness.adapter.edit(address, sent.message_id, PART)
        assert await harness.buttons(address) == [()]
        assert await harness.visible(address) == ["thirty days"]

    async def test_buttons_are_below_the_last_part_only(self, harness: AdapterHarness) -> None:
        """A long answer is judged once, at its end."""
        only_with_buttons(harness)
        address = await asked(harness)
        long = " ".join(f"word{number}" for number in range(3000))
        parts = harness.adapter.render(Reply(long, buttons=BUTTONS))
        assert [part.buttons for part in parts] == [()] * (len(parts) - 1) + [BUTTONS]
        await harness.adapter.send(address, parts[-1], "key")
        assert await harness.buttons(address) == [("up", "down", "human")]

    @pytest.mark.parametrize("direct", [False, True], ids=["channel", "direct"])
    async def test_pressed_button_arrives_with_its_message(self, harness: AdapterHarness, direct: bool) -> None:
        """Which reply is meant, who pressed, and what; the word that comes back is for the presser alone."""
        only_with_buttons(harness)
        inbox = await started(harness)
        inbox.word = "Thank you!"
        await harness.post(Post("hello", mention=not direct, direct=direct))
        [message] = await inbox.first()
        address = message.address
        sent = await harness.adapter.send(address, RenderedPart("thirty days", BUTTONS), "key")
        assert await harness.press(address, sent.message_id, "down") == "Thank you!"
        [press] = inbox.presses
        expected = ButtonPress(
            platform=address.platform,
            workspace=address.workspace,
            channel=address.channel,
            thread=address.thread,
            message_id=sent.message_id,
            button="down",
            author_id=message.author_id,
            author_name=message.author_name,
            press_id=press.press_id,
            is_direct=direct,
        )
        assert press == expected
        assert await harness.visible(address) == ["thirty days"]

    async def test_two_presses_can_be_told_apart(self, harness: AdapterHarness) -> None:
        """Pressing again is another press."""
        only_with_buttons(harness)
        inbox = await started(harness)
        await ask(harness)
        address = (await inbox.first())[0].address
        sent = await harness.adapter.send(address, RenderedPart("thirty days", BUTTONS), "key")
        await harness.press(address, sent.message_id, "up")
        await harness.press(address, sent.message_id, "up")
        assert len({press.press_id for press in inbox.presses}) == 2

    # -- links to conversations

    async def test_permalink_names_the_place(self, harness: AdapterHarness) -> None:
        """A human agent can go there; where the platform has no addresses, there is none."""
        address = await asked(harness)
        link = harness.adapter.permalink(address)
        assert not link or (link.startswith("https://") and address.channel in link)

    # -- changes of replies

    async def test_edit_replaces_what_was_shown(self, harness: AdapterHarness) -> None:
        """One message stays one message, in its place; the same edit again changes nothing."""
        only_with_edits(harness)
        address = await asked(harness)
        sent = await harness.adapter.send(address, PART, "key-0")
        await harness.adapter.send(address, RenderedPart("or forty"), "key-1")
        for _ in range(2):
            await harness.adapter.edit(address, sent.message_id, RenderedPart("sixty days"))
        assert await harness.visible(address) == ["sixty days", "or forty"]

    async def test_edited_text_pings_nobody(self, harness: AdapterHarness) -> None:
        """The second text is as harmless as the first."""
        only_with_edits(harness)
        address = await asked(harness)
        sent = await harness.adapter.send(address, PART, "key")
        [part] = harness.adapter.render(Reply(HOSTILE))
        await harness.adapter.edit(address, sent.message_id, part)
        assert "read this" in " ".join(await harness.visible(address))
        assert await harness.pinged(address) == []

    async def test_retracted_part_is_gone_and_stays_so(self, harness: AdapterHarness) -> None:
        """Taking it away twice is no error; its neighbour stands."""
        only_with_edits(harness)
        address = await asked(harness)
        sent = await harness.adapter.send(address, PART, "key-0")
        await harness.adapter.send(address, RenderedPart("or forty"), "key-1")
        for _ in range(2):
            await harness.adapter.retract(address, sent.message_id)
        assert await harness.visible(address) == ["or forty"]

    async def test_edit_of_a_part_that_is_gone_is_refused(self, harness: AdapterHarness) -> None:
        """Then there is nothing to put right, and nothing new is shown."""
        only_with_edits(harness)
        address = await asked(harness)
        sent = await harness.adapter.send(address, PART, "key")
        await harness.adapter.retract(address, sent.message_id)
        with pytest.raises(DeliveryRefused):
            await harness.adapter.edit(address, sent.message_id, PART)
        assert await harness.visible(address) == []

    async def test_edit_and_retract_in_a_direct_chat(self, harness: AdapterHarness) -> None:
        """They work wherever a reply is shown."""
        only_with_edits(harness)
        inbox = await started(harness)
        await harness.post(Post("hello", direct=True))
        address = (await inbox.first())[0].address
        sent = await harness.adapter.send(address, PART, "key")
        await harness.adapter.edit(address, sent.message_id, RenderedPart("sixty days"))
        assert await harness.visible(address) == ["sixty days"]
        await harness.adapter.retract(address, sent.message_id)
        assert await harness.visible(address) == []

    async def test_platform_without_edits_refuses_them(self, harness: AdapterHarness) -> None:
        """The caller that did not look at the capabilities hears it."""
        if harness.adapter.capabilities.edits:
            pytest.skip("the platform has edits")
        address = await asked(harness)
        sent = await harness.adapter.send(address, PART, "key")
        with pytest.raises(DeliveryRefused):
            await harness.adapter.edit(address, sent.message_id, PART)
        with pytest.raises(DeliveryRefused):
            await harness.adapter.retract(address, sent.message_id)

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


class AdapterContract(ConnectionContract, RenderContract):
    """The whole of it."""
