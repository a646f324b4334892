"""The sign that somebody types, and the web addresses of messages, with discord.py's real client."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adapters.base import RenderedPart
from adapters.discord.adapter import DiscordAdapter
from adapters.errors import DeliveryRefused, PlatformUnavailable
from tests.contracts.adapter_harness import Inbox
from tests.fakes.discord_rest import Failure
from tests.fakes.discord_server import FakeDiscord


def typed_in(fake: FakeDiscord) -> list[str]:
    return [call.split("/")[2] for call in fake.rest.calls if call.endswith("/typing")]


@pytest.mark.parametrize("place", ["question", "thread", "direct"])
async def test_typing_shows_where_the_reply_will_be(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox, place: str
) -> None:
    """A thread that is not there yet can show nothing: then it is the channel."""
    root = await fake.post("first")
    where: dict[str, dict[str, Any]] = {"thread": {"in_thread_of": root["id"]}, "direct": {"direct": True}}
    await fake.post("how long?", mention=place != "direct", **where.get(place, {}))
    address = (await inbox.first(2))[1].address
    await adapter.show_working(address)
    expected = {"question": fake.world.general, "thread": root["id"], "direct": address.channel}[place]
    assert typed_in(fake) == [expected]
    await adapter.send(address, RenderedPart("x"), "1")
    await adapter.show_working(address)
    assert typed_in(fake)[1] == (address.thread or address.channel)


async def test_nothing_is_called_for_the_end_of_the_work(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """Discord takes the sign away by itself."""
    await fake.post("how long?", mention=True)
    address = (await inbox.first())[0].address
    await adapter.show_working(address, is_working=False)
    assert typed_in(fake) == []


async def test_command_shows_by_itself_that_it_is_worked_at(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """Its author sees "is thinking…"; nobody else needs to know."""
    await fake.command("ask", "how long?")
    address = (await inbox.first())[0].address
    await adapter.show_working(address)
    assert typed_in(fake) == []


async def test_private_reply_shows_typing_in_the_direct_chat(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """It is there that the reply will be."""
    await fake.post("how long?", mention=True)
    [message] = await inbox.first()
    await adapter.show_working(replace(message.address, visible_to=message.author_id))
    assert typed_in(fake) == [fake.world.direct_channel(fake.world.user("alice"))["id"]]


@pytest.mark.parametrize(("status", "error"), [(403, DeliveryRefused), (503, PlatformUnavailable)])
async def test_refused_typing_is_told_as_our_own_error(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox, status: int, error: type[Exception]
) -> None:
    """The caller needs to know no exception of discord.py's."""
    await fake.post("how long?", mention=True)
    address = (await inbox.first())[0].address
    fake.rest.failures.append(Failure("/typing$", status))
    with pytest.raises(error):
        await adapter.show_working(address)


@pytest.mark.parametrize("place", ["question", "thread", "direct", "command"])
async def test_permalink_opens_the_message(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox, place: str
) -> None:
    """As Discord's own "Copy Message Link" gives it; a slash command leaves no message."""
    root = await fake.post("first")
    await inbox.first()
    if place == "command":
        await fake.command("ask", "how long?")
    else:
        where: dict[str, dict[str, Any]] = {"thread": {"in_thread_of": root["id"]}, "direct": {"direct": True}}
        await fake.post("how long?", **where.get(place, {}))
    address = (await inbox.first(2))[1].address
    guild, general, own = fake.world.guild_id, fake.world.general, address.message_id
    expected = {
        "question": f"https://discord.com/channels/{guild}/{general}/{own}",
        "thread": f"https://discord.com/channels/{guild}/{root['id']}/{own}",
        "direct": f"https://discord.com/channels/@me/{address.channel}/{own}",
        "command": "",
    }[place]
    assert adapter.permalink(address) == expected
