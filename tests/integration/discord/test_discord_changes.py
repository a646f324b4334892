"""Changed and deleted posts on their way in, with discord.py's real client."""

from __future__ import annotations

from adapters.base import DeletedMessage
from adapters.discord.adapter import DiscordAdapter
from tests.contracts.adapter_harness import Inbox
from tests.fakes.discord_rest import Failure
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.discord_world import Json


def written_before(fake: FakeDiscord, channel: str, text: str = "old") -> Json:
    """Give a message that no event has told of: discord.py does not remember it."""
    return fake.world.add_message(channel, fake.world.user("alice"), text)


def deletion(fake: FakeDiscord, channel: str, message: Json) -> DeletedMessage:
    return DeletedMessage("discord", fake.world.guild_id, channel, message["id"])


async def test_forgotten_message_is_deleted_under_its_key(fake: FakeDiscord, inbox: Inbox) -> None:
    """The event holds ids alone, and these are enough."""
    old = written_before(fake, fake.world.general)
    await fake.delete(old["id"])
    assert await inbox.first_deletion() == deletion(fake, fake.world.general, old)


async def test_forgotten_direct_message_is_deleted_under_its_key(fake: FakeDiscord, inbox: Inbox) -> None:
    """No server in the event means a direct chat."""
    channel = fake.world.direct_channel(fake.world.user("alice"))["id"]
    old = written_before(fake, channel)
    await fake.delete(old["id"])
    assert await inbox.first_deletion() == DeletedMessage("discord", "@me", channel, old["id"])


async def test_message_of_an_unknown_thread_is_deleted_under_its_parent(fake: FakeDiscord, inbox: Inbox) -> None:
    """A thread that was archived when the adapter connected is looked up for the key."""
    root = written_before(fake, fake.world.general)
    thread = fake.world.add_thread(fake.world.general, root["id"], "old", fake.world.bot["id"])
    old = written_before(fake, thread["id"])
    await fake.delete(old["id"])
    assert await inbox.first_deletion() == deletion(fake, fake.world.general, old)


async def test_thread_that_can_not_be_looked_up_costs_no_other_event(fake: FakeDiscord, inbox: Inbox) -> None:
    """Whether the key is right can't be told then; what comes after gets through."""
    thread = fake.world.add_thread(fake.world.general, fake.world.new_id(), "old", fake.world.bot["id"])
    old = written_before(fake, thread["id"])
    fake.rest.failures.append(Failure(f"GET /channels/{thread['id']}$", 403))
    await fake.delete(old["id"])
    assert await inbox.first_deletion() == deletion(fake, thread["id"], old)
    await fake.post("hello", mention=True)
    await inbox.first()


async def test_each_of_many_deleted_at_once_arrives(fake: FakeDiscord, inbox: Inbox) -> None:
    """A moderator clears a channel; what bots said there is no person's."""
    first = await fake.post("first")
    robot = await fake.post("beep", author="robot", bot=True)
    second = await fake.post("second")
    old = written_before(fake, fake.world.general)
    await inbox.first(2)
    await fake.delete(*(message["id"] for message in (first, robot, second, old)))
    await inbox.until(lambda: len(inbox.deletions) == 3)
    expected = [deletion(fake, fake.world.general, message) for message in (first, second, old)]
    assert sorted(inbox.deletions, key=lambda event: int(event.message_id)) == sorted(
        expected, key=lambda event: int(event.message_id)
    )


async def test_forgotten_message_arrives_as_changed(fake: FakeDiscord, inbox: Inbox) -> None:
    """What discord.py does not remember is told by the time of the edit; a preview has none."""
    old = written_before(fake, fake.world.general, "see https://x.example")
    await fake.preview(old["id"])
    await fake.edit(old["id"], fake.content("new", mention=True))
    change = await inbox.first_change()
    assert [message.text for message in inbox.messages] == ["new"]
    assert change.event_key == deletion(fake, fake.world.general, old).event_key
    assert change.mentions_assistant


async def test_edit_in_an_unknown_thread_gets_its_parent(fake: FakeDiscord, inbox: Inbox) -> None:
    """An edit wakes no archived thread: it is looked up."""
    thread = fake.world.add_thread(fake.world.general, fake.world.new_id(), "old", fake.world.bot["id"])
    old = written_before(fake, thread["id"])
    await fake.edit(old["id"], "new")
    change = await inbox.first_change()
    assert (change.address.channel, change.address.thread) == (fake.world.general, thread["id"])


async def test_direct_messages_of_a_lost_session_are_read_from_the_history(fake: FakeDiscord, inbox: Inbox) -> None:
    """Direct chats that were seen are asked, too, when Discord has forgotten the session."""
    await fake.post("before", direct=True)
    await inbox.first(1)
    fake.gateway.forget_sessions()
    await fake.post("meanwhile", direct=True)
    await fake.gateway.close_all()
    assert [message.text for message in await inbox.first(2)] == ["before", "meanwhile"]


async def test_close_ends_what_is_being_looked_up(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """A history that never comes does not keep the process from shutting down."""
    thread = fake.world.add_thread(fake.world.general, fake.world.new_id(), "old", fake.world.bot["id"])
    fake.rest.failures.append(Failure(f"GET /channels/{thread['id']}$", hangs=True))
    await fake.post("hello", channel=thread["id"])
    await fake.post("a sign that the other is on its way")
    await inbox.first()
    await adapter.close()
    assert [message.text for message in inbox.messages] == ["a sign that the other is on its way"]
