"""Rate limits, and texts that grow by edits in quick succession, with discord.py's real client."""

from __future__ import annotations

import asyncio

import pytest

from adapters.base import RenderedPart, ReplyAddress
from adapters.discord.adapter import DiscordAdapter
from adapters.errors import DeliveryUnknown, PlatformUnavailable, RateLimited
from tests.contracts.adapter_harness import Inbox
from tests.fakes.discord_limits import Bucket
from tests.fakes.discord_rest import rate_limit
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.until import until

POST_MESSAGE = "POST /channels/[0-9]+/messages$"
EDIT_MESSAGE = "PATCH /channels/[0-9]+/messages/[0-9]+$"


async def asked(fake: FakeDiscord, inbox: Inbox) -> ReplyAddress:
    await fake.post("how long?", mention=True)
    return (await inbox.first())[0].address


def shown(fake: FakeDiscord, address: ReplyAddress) -> list[str]:
    return [message["content"] for message in fake.messages(address.channel, address.thread)]


async def test_growing_text_keeps_to_the_limit_of_edits(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """Discord takes five edits in a few seconds: more are waited for, none is refused, and the last is what stands."""
    bucket = Bucket(EDIT_MESSAGE, limit=5, window_s=0.3)
    fake.rest.buckets.append(bucket)
    address = await asked(fake, inbox)
    sent = await adapter.send(address, RenderedPart("0", is_preview=True), "1")
    for number in range(1, 18):
        await adapter.edit(address, sent.message_id, RenderedPart(f"{number}", is_preview=number < 17))
    assert shown(fake, address) == ["17"]
    assert bucket.exceeded == 0


async def test_many_replies_at_once_keep_to_the_limit_of_a_channel(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """Parts sent at the same time wait for each other, and all are shown."""
    bucket = Bucket(POST_MESSAGE, limit=5, window_s=0.3)
    fake.rest.buckets.append(bucket)
    await fake.post("how long?", direct=True)
    address = (await inbox.first())[0].address
    await asyncio.gather(*(adapter.send(address, RenderedPart(f"{n}"), f"key-{n}") for n in range(12)))
    assert sorted(shown(fake, address)) == sorted(f"{n}" for n in range(12))
    assert bucket.exceeded == 0


async def test_used_up_limit_that_lasts_is_told_before_it_is_run_into(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """Discord says when it takes more; what is longer than half a minute is the caller's to wait."""
    fake.rest.buckets.append(Bucket(POST_MESSAGE, limit=1, window_s=300))
    await fake.post("how long?", direct=True)
    address = (await inbox.first())[0].address
    await adapter.send(address, RenderedPart("1"), "1")
    with pytest.raises(RateLimited) as raised:
        await adapter.send(address, RenderedPart("2"), "2")
    assert 290 < raised.value.retry_after_s <= 300
    assert shown(fake, address) == ["1"]


async def test_short_global_limit_is_waited_for_by_all(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """It holds for the whole bot: the other call is not even made."""
    address = await asked(fake, inbox)
    fake.rest.failures.append(rate_limit(POST_MESSAGE, 0.2, is_global=True))
    await asyncio.gather(*(adapter.send(address, RenderedPart(f"{n}"), f"key-{n}") for n in range(3)))
    assert sorted(shown(fake, address)) == ["0", "1", "2"]


async def test_long_global_limit_tells_how_long(fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox) -> None:
    """Afterwards the bot goes on."""
    address = await asked(fake, inbox)
    fake.rest.failures.append(rate_limit(POST_MESSAGE, 61.5, is_global=True))
    with pytest.raises(RateLimited) as raised:
        await adapter.send(address, RenderedPart("1"), "1")
    assert raised.value.retry_after_s == 61.5
    await adapter.send(address, RenderedPart("1"), "1")
    assert shown(fake, address) == ["1"]


async def test_call_given_up_during_a_global_limit_does_not_hold_the_others(fake: FakeDiscord, inbox: Inbox) -> None:
    """discord.py closes a gate for all calls while one waits, and would leave it closed."""
    address = await asked(fake, inbox)
    adapter = DiscordAdapter(fake.token, fake.api_url, fake.gateway_url, call_timeout_s=0.3)
    await adapter.start(Inbox())
    fake.rest.failures.append(rate_limit(POST_MESSAGE, 20, is_global=True))
    with pytest.raises(DeliveryUnknown):
        await adapter.send(address, RenderedPart("1"), "1")
    await adapter.send(address, RenderedPart("1"), "1", may_be_shown=True)
    assert shown(fake, address) == ["1"]
    await adapter.close()


async def test_edit_that_waits_too_long_can_be_repeated(fake: FakeDiscord, inbox: Inbox) -> None:
    """A preview that is late is no harm: the next edit, or the final one, stands in the end."""
    address = await asked(fake, inbox)
    adapter = DiscordAdapter(fake.token, fake.api_url, fake.gateway_url, call_timeout_s=0.3)
    await adapter.start(Inbox())
    sent = await adapter.send(address, RenderedPart("1", is_preview=True), "1")
    fake.rest.failures.append(rate_limit(EDIT_MESSAGE, 5))
    with pytest.raises(PlatformUnavailable):
        await adapter.edit(address, sent.message_id, RenderedPart("2", is_preview=True))
    await adapter.edit(address, sent.message_id, RenderedPart("3"))
    assert shown(fake, address) == ["3"]
    await adapter.close()


async def test_used_up_limit_of_one_command_is_not_that_of_another(
    fake: FakeDiscord, adapter: DiscordAdapter, inbox: Inbox
) -> None:
    """Discord counts by the command's token: whoever got a long answer does not keep others waiting."""
    first = await fake.command("ask", "how long?", author="alice")
    second = await fake.command("ask", "how long?", author="bob")
    addresses = {message.address.message_id: message.address for message in await inbox.first(2)}
    one, other = addresses[first.payload["id"]], addresses[second.payload["id"]]
    for address in (one, other):
        await adapter.send(address, RenderedPart("1"), f"{address.message_id}-1")
    fake.rest.buckets.append(Bucket(f"POST /webhooks/.*/{first.payload['token']}$", limit=1, window_s=25))
    waiting = asyncio.create_task(adapter.send(one, RenderedPart("2"), "one-2"))
    await until(lambda: first.words == ["1", "2"])
    await asyncio.wait_for(adapter.send(other, RenderedPart("2"), "other-2"), timeout=10)
    assert second.words == ["1", "2"]
    waiting.cancel()
    await asyncio.wait({waiting})
