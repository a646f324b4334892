"""Slack's Web API: the few calls that the adapter makes, their failures told as AdapterErrors."""

from __future__ import annotations

import logging
from contextlib import suppress

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.base import ReplyAddress
from adapters.errors import DeliveryUnknown
from adapters.slack.changes import mapping, string
from adapters.slack.failures import Gone, posting, reading, repeatable
from adapters.slack.parse import Identity

# Slack's own packages log texts at DEBUG and INFO. This logger, given to all of them, keeps them to what is wrong.
SDK_LOGGER = logging.getLogger("adapters.slack.sdk")
SDK_LOGGER.setLevel(logging.WARNING)

TIMEOUT_S = 15
KEPT_S = 10.0
METADATA_TYPE = "llamadesk_reply"
# How far a message is looked for after its question. Slack advises at most 200 messages a page:
# https://docs.slack.dev/reference/methods/conversations.history (2026-11).
PAGE_MESSAGES = 200
MAX_PAGES = 10


class SlackWeb:
    """The Web API with one bot token. No call is repeated here: who repeats must know what was shown already. From
    `open` until `close` connections are kept between calls; without it each call makes its own."""

    def __init__(self, bot_token: str, api_url: str, timeout_s: int = TIMEOUT_S) -> None:
        # The default retry handler would post again after a lost answer.
        self.client = AsyncWebClient(
            token=bot_token, base_url=api_url, timeout=timeout_s, retry_handlers=[], logger=SDK_LOGGER
        )
        self._timeout_s = timeout_s

    def open(self) -> None:
        """Keep connections, within a running event loop. One that the server closes as we post is a lost answer: the
        shorter it is kept the rarer that is."""
        self.client.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(keepalive_timeout=KEPT_S),
            timeout=aiohttp.ClientTimeout(total=self._timeout_s),
        )

    async def close(self) -> None:
        """End the kept connections."""
        session, self.client.session = self.client.session, None
        if session is not None:
            await session.close()

    async def identity(self) -> Identity:
        """Give who the bot token belongs to; raises AuthenticationFailed naming SLACK_BOT_TOKEN."""
        data = await reading(self.client.auth_test(), "SLACK_BOT_TOKEN")
        return Identity(string(data, "team_id"), string(data, "user_id"), string(data, "bot_id"))

    async def open_socket(self, app_token: str) -> str:
        """Give the address of a new Socket Mode connection; raises AuthenticationFailed naming SLACK_APP_TOKEN."""
        data = await reading(self.client.apps_connections_open(app_token=app_token), "SLACK_APP_TOKEN")
        return string(data, "url")

    async def user_name(self, user_id: str) -> str:
        """Give the name under which people see that user, "" where the user has none."""
        user = mapping(await reading(self.client.users_info(user=user_id), "SLACK_BOT_TOKEN"), "user")
        display_name = string(mapping(user, "profile"), "display_name")
        return display_name or string(user, "real_name") or string(user, "name")

    async def post_message(self, address: ReplyAddress, text: str, key: str) -> str:
        """Show the text at the address and give the message's id. Raises DeliveryUnknown if the answer was lost."""
        call = self.client.chat_postMessage(
            channel=address.channel,
            thread_ts=address.thread or None,
            text=text,
            metadata={"event_type": METADATA_TYPE, "event_payload": {"key": key}},
            unfurl_links=False,
            unfurl_media=False,
        )
        return string(await posting(call), "ts")

    async def find_message(self, address: ReplyAddress, key: str, identity: Identity) -> str:
        """Give the id of our own message with that key among what was posted there after the question; "" if there is
        none. Raises DeliveryUnknown if that is more than can be looked through."""
        cursor = ""
        for _ in range(MAX_PAGES):
            page = await self._page(address, cursor)
            messages = page.get("messages")
            for message in messages if isinstance(messages, list) else []:
                if isinstance(message, dict) and _is_own(message, identity) and _key(message) == key:
                    return string(message, "ts")
            cursor = string(mapping(page, "response_metadata"), "next_cursor")
            if not cursor:
                return ""
        raise DeliveryUnknown(
            "Too much was written after the question to look for the reply: look whether it is there."
        )

    async def update_message(self, channel: str, message_id: str, text: str) -> None:
        """Give the message that text; its metadata stays. Raises DeliveryRefused if it is gone."""
        # Unlike a post, an update looks for names to link unless it is told not to.
        await repeatable(
            self.client.chat_update(channel=channel, ts=message_id, text=text, parse="none", link_names=False)
        )

    async def delete_message(self, channel: str, message_id: str) -> None:
        """Take the message away, if it is there."""
        with suppress(Gone):
            await repeatable(self.client.chat_delete(channel=channel, ts=message_id))

    async def _page(self, address: ReplyAddress, cursor: str) -> dict[str, object]:
        """Give a page of the thread, or of the channel, after the question; empty if the thread is gone."""
        after = address.message_id
        if not address.thread:
            history = self.client.conversations_history(
                channel=address.channel,
                oldest=after,
                limit=PAGE_MESSAGES,
                cursor=cursor or None,
                include_all_metadata=True,
            )
            return await repeatable(history)
        replies = self.client.conversations_replies(
            channel=address.channel,
            ts=address.thread,
            oldest=after,
            limit=PAGE_MESSAGES,
            cursor=cursor or None,
            include_all_metadata=True,
        )
        try:
            return await repeatable(replies)
        except Gone:
            return {}


def _is_own(message: dict[str, object], identity: Identity) -> bool:
    return identity.user_id == string(message, "user") or identity.bot_id == string(message, "bot_id") != ""


def _key(message: dict[str, object]) -> str:
    return string(mapping(mapping(message, "metadata"), "event_payload"), "key")
