"""The adapter contract's harness for WeChat, on Wechaty's own gateway and its mock of WeChat."""

from __future__ import annotations

import uuid

from adapters.base import ChatAdapter, ReplyAddress, SelfClosing
from adapters.wechat.adapter import WechatAdapter
from adapters.wechat.payload import Kind
from tests.contracts.adapter_harness import AdapterHarness, Post
from tests.fakes.wechat_harness import author_of, named_in, unnamed, written
from tests.fakes.wechat_npm_gateway import TOKEN, NpmGateway
from tests.fakes.wechat_world import ASSISTANT, NAMES


class NpmHarness(AdapterHarness):
    """A room of its own on a gateway that many tests share. It has no network of ours to lose answers on."""

    acknowledges = False
    people_change = False
    files_beside_words = False
    people_delete = False
    loses_answers = False
    token_setting = "WECHATY_PUPPET_SERVICE_TOKEN"
    unknown_channel = "99999@chatroom"

    def __init__(self, gateway: NpmGateway) -> None:
        self.gateway = gateway
        self.room_id = f"{uuid.uuid4().hex}@chatroom"
        self._talkers: dict[str, str] = {}
        gateway.do("room", payload={"id": self.room_id, "topic": "Shop", "memberIdList": list(NAMES)})
        self._sent_before = len(gateway.do("sent"))
        self.adapter: SelfClosing = WechatAdapter(TOKEN, gateway.endpoint)

    def with_wrong_token(self) -> ChatAdapter:
        return WechatAdapter("a-wrong-token", self.gateway.endpoint)

    async def post(self, post: Post) -> str:
        talker, named = author_of(post), named_in(post)
        if post.attachments:
            message_id = self._send_file(post, talker)
        else:
            to = ASSISTANT if post.direct else self.room_id
            message_id = self.gateway.do("say", talker=talker, text=written(post), to=to, mentions=named)
        self._talkers[message_id] = talker
        return message_id

    def _send_file(self, post: Post, talker: str) -> str:
        [filename] = post.attachments
        place = {"listenerId": ASSISTANT} if post.direct else {"roomId": self.room_id}
        payload = {"id": uuid.uuid4().hex, "type": Kind.FILE.value, "talkerId": talker, "filename": filename, **place}
        self.gateway.do("message", payload=payload)
        return str(payload["id"])

    async def redeliver(self, message_id: str) -> None:
        self.gateway.do("tell", id=message_id)

    async def visible(self, address: ReplyAddress) -> list[str]:
        return [unnamed(text, mention_ids) for text, mention_ids in self._sent_to(address.channel)]

    async def private(self, address: ReplyAddress) -> list[str]:
        return [text for text, _ in self._sent_to(address.visible_to)]

    async def pinged(self, address: ReplyAddress) -> list[str]:
        asker = self._talkers[address.message_id]
        return [contact_id for _, ids in self._sent_to(address.channel) for contact_id in ids if contact_id != asker]

    def _sent_to(self, conversation_id: str) -> list[tuple[str, list[str]]]:
        sent = self.gateway.do("sent")[self._sent_before :]
        return [(each["text"], each["mentionIds"]) for each in sent if each["conversationId"] == conversation_id]

    def length(self, text: str) -> int:
        return len(text.encode())

    async def close(self) -> None:
        await self.adapter.close()
