"""What people write, on its way to `on_event`."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta

import pytest
from grpclib.const import Status

from adapters.base import IncomingMessage, Missed
from adapters.wechat.adapter import WechatAdapter
from adapters.wechat.payload import Kind
from tests.contracts.adapter_harness import Inbox
from tests.fakes.until import until
from tests.fakes.wechat_gateway import FakeGateway
from tests.fakes.wechat_world import ASSISTANT, NAMES, ROOM, Contact


def texts(messages: list[IncomingMessage]) -> list[str]:
    return [message.text for message in messages]


async def test_message_that_could_not_be_stored_is_tried_again(
    gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox
) -> None:
    """WeChat tells nothing twice."""
    inbox.fails = True
    gateway.tell(gateway.world.write("U1", "hello"))
    await inbox.first()
    inbox.fails = False
    await inbox.first(2)
    assert len({message.event_key for message in inbox.messages}) == 1


async def test_message_that_could_not_be_read_is_tried_again(
    gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox
) -> None:
    """And the one after it comes after it."""
    gateway.fails["MessagePayload"] = [Status.UNKNOWN, Status.UNKNOWN]
    gateway.tell(gateway.world.write("U1", "first"))
    await until(lambda: gateway.fails["MessagePayload"] == [])
    gateway.tell(gateway.world.write("U1", "second"))
    assert texts(await inbox.first(2)) == ["first", "second"]


async def test_message_that_can_never_be_read_is_given_up_by_its_id(
    gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told in the log, and holds up nobody."""
    lost = gateway.world.write("U1", "secret")
    del gateway.world.messages[lost.message_id]
    gateway.tell(lost)
    gateway.tell(gateway.world.write("U1", "hello"))
    assert texts(await inbox.first()) == ["hello"]
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert (record.__dict__["action"], record.__dict__["message_id"]) == ("wechat_message_lost", lost.message_id)


async def test_close_lets_messages_that_are_being_looked_up_arrive(
    gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox
) -> None:
    """They would be told by nobody again."""
    gateway.look_up_s = 0.3
    gateway.tell(gateway.world.write("U1", "hello"))
    await until(lambda: "ContactPayload" in gateway.calls)
    assert inbox.messages == []
    await adapter.close()
    assert texts(inbox.messages) == ["hello"]


async def test_close_gives_up_messages_that_cannot_be_looked_up(
    gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    """It ends in its time, and tells how many."""
    gateway.fails["MessagePayload"] = [Status.UNAVAILABLE]
    patient = WechatAdapter(gateway.token, gateway.endpoint, retry_delays_s=(60,))
    await adapter.close()
    await patient.start(inbox)
    gateway.tell(gateway.world.write("U1", "hello"))
    await until(lambda: gateway.calls.count("MessagePayload") > 0)
    await asyncio.wait_for(patient.close(), timeout=10)
    [record] = [record for record in caplog.records if record.__dict__.get("action") == "wechat_messages_lost"]
    assert record.__dict__["count"] == 1


async def test_order_is_that_of_the_events(gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox) -> None:
    """Though messages are looked up side by side."""
    for number in range(50):
        gateway.tell(gateway.world.write(f"U{number % 2 + 1}", str(number), room_id=ROOM))
    assert texts(await inbox.first(50)) == [str(number) for number in range(50)]


async def test_slow_names_hold_no_message_up(gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox) -> None:
    """The first message comes with the id, and the next with the name that has been found meanwhile."""
    gateway.look_up_s = 1.2
    began = time.monotonic()
    gateway.tell(gateway.world.write("U1", "hello"))
    [message] = await inbox.first()
    assert time.monotonic() - began < 1.1
    assert message.author_name == "U1"
    await until(lambda: time.monotonic() - began > 1.4)
    gateway.tell(gateway.world.write("U1", "hello again"))
    assert (await inbox.first(2))[1].author_name == "张三"


async def test_mention_is_known_by_the_name_alone(gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox) -> None:
    """Many gateways tell no ids of whom a message names; a name of the room counts as well."""
    gateway.world.room_aliases[ROOM, ASSISTANT] = "客服"
    gateway.tell(gateway.world.write("U1", "@客服\u2005多久？", room_id=ROOM))
    gateway.tell(gateway.world.write("U1", f"@{NAMES[ASSISTANT]}\u2005and now?", room_id=ROOM))
    gateway.tell(gateway.world.write("U1", f"@{NAMES['U2']}\u2005and you?", room_id=ROOM))
    read = [(message.text, message.mentions_assistant, message.mentions_others) for message in await inbox.first(3)]
    assert read == [("多久？", True, False), ("and now?", True, False), ("@Li Si and you?", False, True)]


async def test_names_of_a_room_that_are_not_told_cost_no_mention(
    gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox
) -> None:
    """The account's own name is known without it, and so is the author's."""
    gateway.fails["RoomMemberPayload"] = [Status.UNKNOWN] * 10
    gateway.tell(gateway.world.write("U1", f"@{NAMES[ASSISTANT]}\u2005how long?", room_id=ROOM))
    [message] = await inbox.first()
    assert (message.author_name, message.text, message.mentions_assistant) == ("张三", "how long?", True)


async def test_old_messages_told_anew_at_login_are_left_out(
    gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox
) -> None:
    """Nobody waits for an answer to last week's question."""
    week_ago = datetime.now(UTC) - timedelta(days=7)
    gateway.tell(gateway.world.write("U1", "long ago", sent_at=week_ago))
    gateway.tell(gateway.world.write("U1", "now"))
    await inbox.first()
    assert texts(inbox.messages) == ["now"]


async def test_messages_of_the_time_that_was_missed_arrive(gateway: FakeGateway, adapter: WechatAdapter) -> None:
    """Where the gateway tells of them at login, they are answered late."""
    hour = timedelta(hours=1)
    now = datetime.now(UTC)
    inbox = Inbox()
    await adapter.start(inbox, Missed(now - 2 * hour))
    for text, sent_at in (("before", now - 3 * hour), ("meanwhile", now - hour), ("now", now)):
        gateway.tell(gateway.world.write("U1", text, sent_at=sent_at))
    assert texts(await inbox.first(2)) == ["meanwhile", "now"]


@pytest.mark.parametrize("room_id", ["", ROOM])
async def test_recalled_message_arrives_as_deleted(
    gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox, room_id: str
) -> None:
    """People can take back what they wrote, for two minutes."""
    message = gateway.world.write("U1", "how long?", room_id=room_id)
    gateway.tell(message)
    [question] = await inbox.first()
    gateway.tell(gateway.world.write("U1", message.message_id, kind=Kind.RECALLED, room_id=room_id))
    assert (await inbox.first_deletion()).event_key == question.event_key


async def test_time_is_that_of_the_message(gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox) -> None:
    """Milliseconds on the wire."""
    sent_at = datetime.now(UTC).replace(microsecond=0)
    gateway.tell(gateway.world.write("U1", "hello", sent_at=sent_at))
    [message] = await inbox.first()
    assert message.sent_at == sent_at


async def test_person_who_becomes_known_as_official_is_not_heard(
    gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox
) -> None:
    """Shops and newspapers answer by machine."""
    gateway.world.contacts["wxid_paper"] = Contact("Daily", is_official=True)
    gateway.tell(gateway.world.write("wxid_paper", "news"))
    gateway.tell(gateway.world.write("gh_news", "news"))
    gateway.tell(gateway.world.write("U1", "hello"))
    await inbox.first()
    assert texts(inbox.messages) == ["hello"]
