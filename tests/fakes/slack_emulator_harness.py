"""People on `emulate`, and the events that it does not send: what they do is read there and posted to us, signed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.base import ReplyAddress
from adapters.slack.adapter import SlackAdapter
from tests.contracts.adapter_harness import AdapterHarness, Post
from tests.fakes.slack_delivery import signed_headers
from tests.fakes.slack_emulator import BOT_TOKEN, BOT_USER, CHANNEL, PERSON_TOKEN, TEAM

SECRET = "emulated-signing-secret"
Message = dict[str, Any]


class EmulatorHarness(AdapterHarness):
    """One person in one channel. `events_url` is where the adapter takes its events."""

    def __init__(self, api_url: str) -> None:
        self.adapter: SlackAdapter = SlackAdapter(BOT_TOKEN, signing_secret=SECRET, api_url=api_url)
        self.events_url = ""
        self._person = AsyncWebClient(token=PERSON_TOKEN, base_url=api_url)

    async def post(self, post: Post) -> str:
        posted = await self._person.chat_postMessage(
            channel=CHANNEL, text=self._text(post), thread_ts=post.in_thread_of or None
        )
        ts = str(posted["ts"])
        await self._tell((await self._message(ts)) | {"channel": CHANNEL, "channel_type": "channel"})
        return ts

    async def edit(self, message_id: str, post: Post) -> None:
        before = await self._message(message_id)
        await self._person.chat_update(channel=CHANNEL, ts=message_id, text=self._text(post))
        after = await self._message(message_id)
        after.setdefault("edited", {"user": after["user"], "ts": message_id})
        await self._tell_change("message_changed", message=after, previous_message=before)

    async def delete(self, message_id: str) -> None:
        before = await self._message(message_id)
        await self._person.api_call("chat.delete", json={"channel": CHANNEL, "ts": message_id})
        await self._tell_change("message_deleted", deleted_ts=message_id, previous_message=before)

    async def redeliver(self, message_id: str) -> None:
        await self._tell((await self._message(message_id)) | {"channel": CHANNEL, "channel_type": "channel"})

    async def visible(self, address: ReplyAddress) -> list[str]:
        thread = await self._thread(address.thread)
        return [str(message["text"]) for message in thread if message["user"] == BOT_USER]

    async def pinged(self, address: ReplyAddress) -> list[str]:
        return [text for text in await self.visible(address) if "<!" in text or "<@" in text]

    async def close(self) -> None:
        await self.adapter.close()

    @staticmethod
    def _text(post: Post) -> str:
        return f"<@{BOT_USER}> {post.text}" if post.mention else post.text

    async def _message(self, ts: str) -> Message:
        answer = await self._person.api_call("conversations.history", json={"channel": CHANNEL, "limit": 200})
        for root in answer["messages"]:
            for message in await self._thread(root["ts"]):
                if message["ts"] == ts:
                    return dict(message)
        raise LookupError(f"no message {ts}")

    async def _thread(self, ts: str) -> list[Message]:
        answer = await self._person.api_call("conversations.replies", json={"channel": CHANNEL, "ts": ts, "limit": 200})
        return list(answer["messages"])

    async def _tell_change(self, subtype: str, **facts: object) -> None:
        place = {"channel": CHANNEL, "channel_type": "channel", "ts": "9999999999.000001", "hidden": True}
        await self._tell({"type": "message", "subtype": subtype} | place | facts)

    async def _tell(self, event: Mapping[str, object]) -> None:
        body = json.dumps({"type": "event_callback", "team_id": TEAM, "event": event}).encode()
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.events_url, data=body, headers=signed_headers(SECRET, body)) as response,
        ):
            assert response.status == 200
