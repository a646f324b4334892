"""Replies: whom they name, and what is known after a failure."""

from __future__ import annotations

from dataclasses import replace

import pytest
from grpclib.const import Status

from adapters.base import RenderedPart, ReplyAddress, SentMessage
from adapters.errors import (
    AdapterError,
    AuthenticationFailed,
    DeliveryRefused,
    DeliveryUnknown,
    PlatformUnavailable,
    RateLimited,
)
from adapters.wechat.adapter import WechatAdapter
from tests.contracts.adapter_harness import Inbox
from tests.fakes.wechat_gateway import FakeGateway
from tests.fakes.wechat_world import ASSISTANT, NAMES, ROOM, Contact

PART = RenderedPart("thirty days")


async def asked_in_room(gateway: FakeGateway, inbox: Inbox, talker_id: str = "U1") -> ReplyAddress:
    text = f"@{NAMES[ASSISTANT]}\u2005how long?"
    gateway.tell(gateway.world.write(talker_id, text, room_id=ROOM, mention_ids=(ASSISTANT,)))
    return (await inbox.first())[0].address


async def asked_directly(gateway: FakeGateway, inbox: Inbox) -> ReplyAddress:
    gateway.tell(gateway.world.write("U1", "how long?"))
    return (await inbox.first())[0].address


def sent(gateway: FakeGateway, conversation_id: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(message.text, message.mention_ids) for message in gateway.world.sent_to(conversation_id)]


async def test_reply_in_a_room_names_the_asker_once(gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox) -> None:
    """By the name that they bear in the room; the second part does not ring again."""
    gateway.world.room_aliases[ROOM, "U1"] = "张经理"
    address = await asked_in_room(gateway, inbox)
    await adapter.send(address, PART, "key-0")
    await adapter.send(address, RenderedPart("or forty"), "key-1")
    assert sent(gateway, ROOM) == [("@张经理\u2005thirty days", ("U1",)), ("or forty", ())]


async def test_private_name_of_the_asker_is_not_told_to_the_room(
    gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox
) -> None:
    """What the assistant's own phone calls somebody is nobody's business."""
    gateway.world.contacts["U1"] = Contact("张三", alias="slow payer")
    address = await asked_in_room(gateway, inbox)
    await adapter.send(address, PART, "key")
    assert sent(gateway, ROOM) == [("@张三\u2005thirty days", ("U1",))]
    assert inbox.messages[0].author_name == "slow payer"


@pytest.mark.parametrize("name", ["所有人", "all", "a @all"])
async def test_asker_who_is_called_everybody_is_not_named(
    gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox, name: str
) -> None:
    """A name must not make the assistant call the whole room."""
    gateway.world.contacts["U1"] = Contact(name)
    address = await asked_in_room(gateway, inbox)
    await adapter.send(address, PART, "key")
    assert sent(gateway, ROOM) == [("thirty days", ())]


async def test_question_that_the_gateway_has_forgotten_is_answered_without_a_name(
    gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox
) -> None:
    """A name is never worth a reply."""
    address = await asked_in_room(gateway, inbox)
    gateway.world.messages.clear()
    await adapter.send(address, PART, "key")
    assert sent(gateway, ROOM) == [("thirty days", ())]


async def test_direct_and_private_replies_name_nobody(
    gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox
) -> None:
    """Between two it is clear who is meant."""
    address = await asked_in_room(gateway, inbox)
    await adapter.send(replace(address, visible_to="U1"), PART, "key")
    gateway.tell(gateway.world.write("U2", "how long?"))
    direct = (await inbox.first(2))[1].address
    await adapter.send(direct, PART, "key")
    assert sent(gateway, "U1") == sent(gateway, "U2") == [("thirty days", ())]
    assert sent(gateway, ROOM) == []


async def test_send_gives_the_id_of_the_message(gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox) -> None:
    """Where the gateway tells it; many don't."""
    address = await asked_directly(gateway, inbox)
    shown = await adapter.send(address, PART, "key")
    assert shown == SentMessage(gateway.world.sent[0][1].message_id)
    gateway.tells_ids = False
    assert await adapter.send(address, PART, "key") == SentMessage("")


async def test_lost_answer_leaves_it_unknown(gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox) -> None:
    """The message stands there, and asking for it once more does not double it."""
    address = await asked_directly(gateway, inbox)
    gateway.loses = 1
    with pytest.raises(DeliveryUnknown):
        await adapter.send(address, PART, "key")
    with pytest.raises(DeliveryUnknown):
        await adapter.send(address, PART, "key", may_be_shown=True)
    assert sent(gateway, "U1") == [("thirty days", ())]


async def test_deadline_leaves_it_unknown(gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox) -> None:
    """A gateway that takes the call and says nothing holds nobody up for ever."""
    address = await asked_directly(gateway, inbox)
    gateway.go_deaf()
    with pytest.raises(DeliveryUnknown):
        await adapter.send(address, PART, "key")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.UNAUTHENTICATED, AuthenticationFailed),
        (Status.PERMISSION_DENIED, AuthenticationFailed),
        (Status.RESOURCE_EXHAUSTED, RateLimited),
        (Status.INVALID_ARGUMENT, DeliveryRefused),
        (Status.NOT_FOUND, DeliveryRefused),
        (Status.UNIMPLEMENTED, DeliveryRefused),
        (Status.UNKNOWN, DeliveryUnknown),
        (Status.INTERNAL, DeliveryUnknown),
        (Status.UNAVAILABLE, DeliveryUnknown),
        (Status.DEADLINE_EXCEEDED, DeliveryUnknown),
    ],
)
async def test_answer_that_is_a_failure_is_translated(
    gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox, status: Status, expected: type[AdapterError]
) -> None:
    """Only what the gateway certainly did not carry out may be tried again."""
    address = await asked_directly(gateway, inbox)
    gateway.fails["MessageSendText"] = [status]
    with pytest.raises(expected) as raised:
        await adapter.send(address, PART, "key")
    assert type(raised.value) is expected
    assert "told to fail" not in str(raised.value)


async def test_failure_after_the_beginning_of_an_answer_leaves_it_unknown(
    gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox
) -> None:
    """As proxies answer; the client then misses the message before it reads the status."""
    address = await asked_directly(gateway, inbox)
    gateway.begins_answers = True
    gateway.fails["MessageSendText"] = [Status.UNAVAILABLE]
    with pytest.raises(DeliveryUnknown):
        await adapter.send(address, PART, "key")


async def test_reply_for_another_account_is_refused(gateway: FakeGateway, adapter: WechatAdapter, inbox: Inbox) -> None:
    """After a login with another phone old questions can't be answered: ids mean somebody else there."""
    address = await asked_directly(gateway, inbox)
    with pytest.raises(DeliveryRefused, match="another WeChat account"):
        await adapter.send(replace(address, workspace="wxid_former"), PART, "key")


async def test_send_before_start_is_tried_later(gateway: FakeGateway, adapter: WechatAdapter) -> None:
    """Nothing can have been shown."""
    address = ReplyAddress("wechat", ASSISTANT, "U1", "", "1", is_direct=True)
    with pytest.raises(PlatformUnavailable):
        await adapter.send(address, PART, "key")
