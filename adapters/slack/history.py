"""Looking for a reply that may be shown: by its key, in what was posted after the question."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from adapters.base import ReplyAddress
from adapters.errors import DeliveryUnknown
from adapters.slack.changes import mapping, string
from adapters.slack.failures import Gone, repeatable
from adapters.slack.parse import Identity

METADATA_TYPE = "llamadesk_reply"
# How far a message is looked for after its question. Slack advises at most 200 messages a page:
# https://docs.slack.dev/reference/methods/conversations.history (2026-11).
PAGE_MESSAGES = 200
MAX_PAGES = 10


def metadata(key: str) -> dict[str, object]:
    """Give what a reply carries, unseen, to be found by."""
    return {"event_type": METADATA_TYPE, "event_payload": {"key": key}}


async def find_message(client: AsyncWebClient, address: ReplyAddress, key: str, identity: Identity) -> str:
    """Give the id of our own message with that key among what was posted there after the question; "" if there is
    none. Raises DeliveryUnknown if that is more than can be looked through."""
    cursor = ""
    for _ in range(MAX_PAGES):
        page = await _page(client, address, cursor)
        messages = page.get("messages")
        for message in messages if isinstance(messages, list) else []:
            if isinstance(message, dict) and _is_own(message, identity) and _key(message) == key:
                return string(message, "ts")
        cursor = string(mapping(page, "response_metadata"), "next_cursor")
        if not cursor:
            return ""
    raise DeliveryUnknown("Too much was written after the question to look for the reply: look whether it is there.")


async def _page(client: AsyncWebClient, address: ReplyAddress, cursor: str) -> dict[str, object]:
    """Give a page of the thread, or of the channel, after the question; empty if the thread is gone."""
    after = address.message_id
    if not address.thread:
        history = client.conversations_history(
            channel=address.channel,
            oldest=after,
            limit=PAGE_MESSAGES,
            cursor=cursor or None,
            include_all_metadata=True,
        )
        return await repeatable(history)
    replies = client.conversations_replies(
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
