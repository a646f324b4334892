"""Replies on their way out: threads, repeats and refusals, with discord.py's real client."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adapters.base import RenderedPart, ReplyAddress
from adapters.discord.adapter import DiscordAdapter
from adapters.discord.shown import MAX_MESSAGES
from adapters.errors import AuthenticationFailed, DeliveryRefused, DeliveryUnknown, PlatformUnavailable, RateLimited
from tests.contracts.adapter_harness import Inbox
from tests.fakes.discord_rest import Failure, rate_limit
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.discord_world import FORUM, VOICE

POST_MESSAGE = "POST /channels/[0-9]+/messages$"
POST_THREAD = "POST /channels/[0-9]+/messages/[0-9]+/threads$"
SUPPRESS_EMBEDS = 4
PART = RenderedPart("thirty days")


async def asked(fake: FakeDiscord, inbox: Inbox, text: str = "how long?", **where: Any) -> ReplyAddress:
    await fake.post(text, mention=True, **where)
    return (await inbox.first(len(inbox.messages) + 1))[-1].address


def shown(fake: FakeDiscord, address: ReplyAddress) -> list[str]:
    return [message["content"] for message in fake.messages(address.channel, address.thread)]


def threads_opened(fake: FakeDiscord) -> int:
    return sum(call.endswith("/threads") for call in fake.rest.calls)


async def test_first_reply_opens_a_thread_named_after_the_question(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """The thread has the question's id and first words; a second part goes into it without opening it again."""
    address = await asked(fake, inbox, "how long do I have to  return\na lamp that never gave any light?")
    await adapter.send(address, PART, "1")
    await adapter.send(address, RenderedPart("or forty"), "2")
    thread = fake.world.channels[address.message_id]
    assert (thread["parent_id"], thread["name"]) == (
        address.channel,
        "how long do I have to return a lamp that never gave any…",
    )
    assert shown(fake, address) == ["thirty days", "or forty"]
    assert threads_opened(fake) == 1


async def test_mention_without_words_opens_a_thread_with_a_plain_name(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """Discord takes no empty name."""
    address = await asked(fake, inbox, "")
    await adapter.send(address, PART, "1")
    assert fake.world.channels[address.thread]["name"] == "Support"


async def test_existing_thread_is_used(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """A thread that the adapter does not know of (it was restarted, or somebody was quicker) is no failure."""
    address = await asked(fake, inbox)
    fake.world.add_thread(address.channel, address.message_id, "quicker", fake.world.user("bob")["id"])
    await adapter.send(address, PART, "1")
    assert shown(fake, address) == ["thirty days"]
    assert fake.world.channels[address.thread]["name"] == "quicker"


async def test_message_in_a_thread_is_answered_there(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """A follow-up opens no thread of its own."""
    root = await fake.post("first")
    address = await asked(fake, inbox, in_thread_of=root["id"])
    await adapter.send(inbox.messages[-1].address, PART, "1")
    assert [m["content"] for m in fake.world.messages[root["id"]]][-1] == "thirty days"
    assert (threads_opened(fake), address.channel) == (0, fake.world.general)


async def test_first_post_of_a_forum_is_answered_in_it(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """There the question has its thread's id, but no thread can be opened from it, even where it is not known yet."""
    forum = fake.world.add_channel("questions", FORUM)["id"]
    post = fake.world.new_id()
    fake.world.add_thread(forum, post, "where is my parcel?", fake.world.user("alice")["id"])
    await adapter.send(ReplyAddress("discord", fake.world.guild_id, forum, post, post), PART, "1")
    assert shown(fake, ReplyAddress("discord", "", forum, post, post)) == ["thirty days"]


@pytest.mark.parametrize("reason", ["no permission", "a voice channel"])
async def test_reply_shows_at_the_question_where_no_thread_can_be(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox, reason: str
) -> None:
    """Whoever asks gets words, also where the bot may not open threads; it is shown what they answer."""
    where = {"channel": fake.world.add_channel("Lounge", VOICE)["id"]} if reason == "a voice channel" else {}
    fake.world.threads_forbidden = reason == "no permission"
    address = await asked(fake, inbox, **where)
    await adapter.send(address, PART, "1")
    [message] = fake.messages(address.channel)
    assert message["message_reference"]["message_id"] == address.message_id


async def test_deleted_question_is_refused_for_good(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """With the question gone there is no place for the answer."""
    address = await asked(fake, inbox)
    fake.world.messages[address.channel].clear()
    with pytest.raises(DeliveryRefused, match="10003"):
        await adapter.send(address, PART, "1")


async def test_message_unfurls_nothing_and_pings_nobody(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """What is sent tells Discord so, whatever the text holds; the nonce makes a repeat known."""
    address = await asked(fake, inbox)
    await adapter.send(address, RenderedPart("@everyone <@1> https://x.org"), "1")
    [payload] = fake.rest.payloads
    assert payload["flags"] & SUPPRESS_EMBEDS
    assert payload["allowed_mentions"]["parse"] == []
    assert payload["enforce_nonce"]
    assert len(payload["nonce"]) == 25


async def test_lost_answer_can_be_repeated(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """When the connection breaks after Discord took the message, the repeat gives the id of the one that is shown."""
    address = await asked(fake, inbox)
    fake.rest.failures.append(Failure(POST_MESSAGE, 0, accepted=True))
    with pytest.raises(DeliveryUnknown):
        await adapter.send(address, PART, "1")
    sent = await adapter.send(address, PART, "1")
    [message] = fake.messages(address.channel, address.thread)
    assert message["id"] == sent.message_id


@pytest.mark.parametrize("call", [POST_MESSAGE, POST_THREAD])
async def test_outage_is_retryable(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox, call: str) -> None:
    """A server error at either step shows nothing, and the next try shows the reply once."""
    address = await asked(fake, inbox)
    fake.rest.failures.append(Failure(call, 503))
    with pytest.raises(PlatformUnavailable):
        await adapter.send(address, PART, "1")
    await adapter.send(address, PART, "1")
    assert shown(fake, address) == ["thirty days"]


async def test_short_rate_limit_is_waited_for(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """The caller does not notice it."""
    address = await asked(fake, inbox)
    fake.rest.failures.append(rate_limit(POST_MESSAGE, 0.05))
    await adapter.send(address, PART, "1")
    assert shown(fake, address) == ["thirty days"]


@pytest.mark.parametrize(
    ("failure", "retry_after_s"),
    [
        (rate_limit(POST_MESSAGE, 120), 120),
        (Failure(POST_MESSAGE, 429, headers={"Retry-After": "77"}), 77),
        (Failure(POST_MESSAGE, 429), 5),
    ],
    ids=["used up", "banned by the proxy", "banned without a time"],
)
async def test_long_rate_limit_tells_how_long(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox, failure: Failure, retry_after_s: float
) -> None:
    """What is too long to hold the call for is the caller's to wait."""
    address = await asked(fake, inbox)
    fake.rest.failures.append(replace(failure))
    with pytest.raises(RateLimited) as raised:
        await adapter.send(address, PART, "1")
    assert raised.value.retry_after_s == retry_after_s


@pytest.mark.parametrize(
    ("status", "error"), [(400, DeliveryRefused), (401, AuthenticationFailed), (403, DeliveryRefused)]
)
async def test_refusal_is_told_by_its_kind(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox, status: int, error: type[Exception]
) -> None:
    """A revoked token stops the platform; anything else refused is this reply's matter."""
    address = await asked(fake, inbox)
    fake.rest.failures.append(Failure(POST_MESSAGE, status))
    with pytest.raises(error):
        await adapter.send(address, PART, "1")


async def test_nothing_is_sent_before_start_or_after_close(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """The caller gets a retryable error, and tries again when the adapter is up."""
    address = await asked(fake, inbox)
    await adapter.close()
    for stopped in (adapter, DiscordAdapter(fake.token)):
        with pytest.raises(PlatformUnavailable):
            await stopped.send(address, PART, "1")


async def sent_and_forgotten(fake: FakeDiscord, adapter: DiscordAdapter, address: ReplyAddress) -> str:
    """Give the id of a reply whose answer was lost, once Discord has forgotten its nonce."""
    fake.world.remembers_nonces = False
    fake.rest.failures.append(Failure(POST_MESSAGE, 0, accepted=True))
    with pytest.raises(DeliveryUnknown):
        await adapter.send(address, PART, "1")
    message_id: str = fake.messages(address.channel, address.thread)[-1]["id"]
    return message_id


@pytest.mark.parametrize("place", ["new thread", "thread", "direct", "channel"])
async def test_reply_is_found_in_the_history(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox, place: str
) -> None:
    """Hours later the nonce is forgotten, and the message is still there."""
    root = await fake.post("first")
    fake.world.threads_forbidden = place == "channel"
    where: dict[str, dict[str, Any]] = {"thread": {"in_thread_of": root["id"]}, "direct": {"direct": True}}
    await fake.post("how long?", mention=place != "direct", **where.get(place, {}))
    address = (await inbox.first(2))[1].address
    message_id = await sent_and_forgotten(fake, adapter, address)
    sent = await adapter.send(address, PART, "1", may_be_shown=True)
    assert sent.message_id == message_id
    assert shown(fake, address) == ["thirty days"]


async def test_like_reply_to_another_question_is_not_taken_for_it(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """Two people ask in one thread, and both get the same words."""
    root = await fake.post("first")
    for text in ("how long?", "and how long for me?"):
        await fake.post(text, mention=True, in_thread_of=root["id"])
    one, other = (message.address for message in (await inbox.first(3))[1:])
    await adapter.send(one, PART, "1")
    await adapter.send(other, PART, "2", may_be_shown=True)
    assert shown(fake, other) == ["thirty days", "thirty days"]


async def test_like_follow_up_is_not_taken_for_the_first_reply(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """The thread below a question holds the replies to its follow-ups, too."""
    address = await asked(fake, inbox)
    await fake.post("and for me?", in_thread_of=address.message_id)
    follow_up = (await inbox.first(2))[1].address
    await adapter.send(follow_up, PART, "2")
    await adapter.send(address, PART, "1", may_be_shown=True)
    assert shown(fake, address) == ["thirty days", "thirty days"]


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (Failure("GET .*/messages$", 503, times=5), PlatformUnavailable),
        (Failure("GET .*/messages$", 0, times=5), PlatformUnavailable),
        (Failure("GET .*/messages$", hangs=True), PlatformUnavailable),
        (Failure("GET .*/messages$", 403), DeliveryRefused),
    ],
    ids=["outage", "broken", "hangs", "forbidden"],
)
async def test_failed_look_up_sends_nothing(
    fake: FakeDiscord, inbox: Inbox, failure: Failure, error: type[Exception]
) -> None:
    """Who could not look does not guess."""
    address = await asked(fake, inbox)
    adapter = DiscordAdapter(fake.token, fake.api_url, fake.gateway_url, call_timeout_s=0.3)
    await adapter.start(Inbox())
    fake.rest.failures.append(replace(failure))
    with pytest.raises(error):
        await adapter.send(address, PART, "1", may_be_shown=True)
    await adapter.close()
    assert shown(fake, address) == []


async def test_history_too_long_to_look_through_is_unknown(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """Better no second reply than one too many: a person decides."""
    await fake.post("how long?", direct=True)
    address = (await inbox.first())[0].address
    for number in range(MAX_MESSAGES):
        fake.world.add_message(address.channel, fake.world.user("alice"), f"and {number}")
    with pytest.raises(DeliveryUnknown):
        await adapter.send(address, PART, "1", may_be_shown=True)
    assert shown(fake, address) == []


@pytest.mark.parametrize(
    ("status", "error"),
    [(503, PlatformUnavailable), (0, PlatformUnavailable), (403, DeliveryRefused), (401, AuthenticationFailed)],
)
async def test_failed_change_tells_what_to_do(
    fake: FakeDiscord, inbox: Inbox, adapter: DiscordAdapter, status: int, error: type[Exception]
) -> None:
    """A change may be repeated, so a lost answer is no more than a reason to try again."""
    address = await asked(fake, inbox)
    sent = await adapter.send(address, PART, "1")
    fake.rest.failures.append(Failure("(PATCH|DELETE) .*/messages/", status, times=9, accepted=status == 0))
    with pytest.raises(error):
        await adapter.edit(address, sent.message_id, PART)
    with pytest.raises(error):
        await adapter.retract(address, sent.message_id)


async def test_reply_beside_the_question_can_be_changed(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """Where no thread could be opened the reply is in the channel, also for its edit and its end."""
    fake.world.threads_forbidden = True
    address = await asked(fake, inbox)
    sent = await adapter.send(address, PART, "1")
    await adapter.edit(address, sent.message_id, RenderedPart("sixty days"))
    assert [message["content"] for message in fake.messages(address.channel)] == ["sixty days"]
    await adapter.retract(address, sent.message_id)
    assert fake.messages(address.channel) == []


async def test_hanging_send_ends_as_unknown(fake: FakeDiscord, inbox: Inbox) -> None:
    """A call has a deadline, after which nobody knows what became of it."""
    address = await asked(fake, inbox)
    adapter = DiscordAdapter(fake.token, fake.api_url, fake.gateway_url, call_timeout_s=0.3)
    await adapter.start(Inbox())
    fake.rest.failures.append(Failure(POST_MESSAGE, hangs=True))
    with pytest.raises(DeliveryUnknown):
        await adapter.send(address, PART, "1")
    await adapter.close()
