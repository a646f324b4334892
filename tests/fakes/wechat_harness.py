"""The adapter contract's harness for WeChat, on a fake gateway."""

from __future__ import annotations

from collections.abc import Iterable

from adapters.base import ChatAdapter, ReplyAddress
from adapters.wechat.adapter import Timing, WechatAdapter
from adapters.wechat.payload import Kind
from tests.contracts.adapter_harness import AdapterHarness, Post
from tests.fakes.wechat_gateway import FakeGateway
from tests.fakes.wechat_world import ASSISTANT, NAMES, ROOM, Message

AFTER_NAME = "\u2005"


def author_of(post: Post) -> str:
    """Give the contact who writes it; WeChat's bots are official accounts."""
    return ASSISTANT if post.own else "wxid_shop" if post.bot else post.author


def named_in(post: Post) -> list[str]:
    """Give the contacts whom it names."""
    return [ASSISTANT] * post.mention + ["U2"] * post.mention_other


def written(post: Post) -> str:
    """Give the text as WeChat carries it."""
    return "".join(f"@{NAMES[contact_id]}{AFTER_NAME}" for contact_id in named_in(post)) + post.text


def unnamed(text: str, mention_ids: Iterable[str]) -> str:
    """Give a reply without the asker's name at its beginning, which in WeChat is what a thread is elsewhere."""
    for contact_id in mention_ids:
        return text.removeprefix(f"@{NAMES[contact_id]}{AFTER_NAME}")
    return text


class WechatHarness(AdapterHarness):
    """`visible` leaves the asker's name at the beginning of a reply out, and `pinged` the asker, for whom it is."""

    acknowledges = False
    people_change = False
    files_beside_words = False
    token_setting = "WECHATY_PUPPET_SERVICE_TOKEN"
    unknown_channel = "99999@chatroom"

    def __init__(self, gateway: FakeGateway) -> None:
        self.gateway = gateway
        self.adapter: WechatAdapter = WechatAdapter(
            gateway.token, gateway.endpoint, retry_delays_s=(0, 0), timing=Timing(start_s=10, call_s=5)
        )

    def with_wrong_token(self) -> ChatAdapter:
        return WechatAdapter("a-wrong-token", self.gateway.endpoint)

    async def post(self, post: Post) -> str:
        message = self._write(post)
        self.gateway.tell(message)
        return message.message_id

    def _write(self, post: Post) -> Message:
        room_id = "" if post.direct else ROOM
        write = self.gateway.world.write
        if post.attachments:
            [filename] = post.attachments
            return write(author_of(post), "", kind=Kind.FILE, room_id=room_id, filename=filename)
        return write(author_of(post), written(post), room_id=room_id, mention_ids=tuple(named_in(post)))

    async def delete(self, message_id: str) -> None:
        """Recall it, which is a message of its own that names the other one."""
        written = self.gateway.world.messages[message_id]
        write = self.gateway.world.write
        self.gateway.tell(write(written.talker_id, message_id, kind=Kind.RECALLED, room_id=written.room_id))

    async def redeliver(self, message_id: str) -> None:
        self.gateway.tell(self.gateway.world.messages[message_id])

    async def lose_answer(self) -> None:
        self.gateway.loses += 1

    async def visible(self, address: ReplyAddress) -> list[str]:
        return [unnamed(message.text, message.mention_ids) for message in self.gateway.world.sent_to(address.channel)]

    async def private(self, address: ReplyAddress) -> list[str]:
        return [message.text for message in self.gateway.world.sent_to(address.visible_to)]

    async def pinged(self, address: ReplyAddress) -> list[str]:
        asker = self.gateway.world.messages[address.message_id].talker_id
        sent = self.gateway.world.sent_to(address.channel)
        return [contact_id for message in sent for contact_id in message.mention_ids if contact_id != asker]

    def length(self, text: str) -> int:
        return len(text.encode())

    async def close(self) -> None:
        await self.adapter.close()
