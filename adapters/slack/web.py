"""Slack's Web API: the few calls that the adapter makes, their failures told as AdapterErrors."""

from __future__ import annotations

import logging
from contextlib import suppress
from ssl import SSLContext

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.base import RenderedPart, ReplyAddress
from adapters.slack.buttons import attachments
from adapters.slack.changes import mapping, string
from adapters.slack.failures import Gone, SoAlready, posting, reading, repeatable
from adapters.slack.history import find_message, metadata
from adapters.slack.parse import Identity

# Slack's own packages log texts at DEBUG and INFO. This logger, given to all of them, keeps them to what is wrong.
SDK_LOGGER = logging.getLogger("adapters.slack.sdk")
SDK_LOGGER.setLevel(logging.WARNING)

API_URL = "https://slack.com/api/"
TIMEOUT_S = 15
KEPT_S = 10.0


class SlackWeb:
    """The Web API with one bot token. No call is repeated here: who repeats must know what was shown already. From
    `open` until `close` connections are kept between calls; without it each call makes its own."""

    def __init__(
        self,
        bot_token: str,
        api_url: str = API_URL,
        timeout_s: int = TIMEOUT_S,
        *,
        proxy: str | None = None,
        ssl: SSLContext | None = None,
    ) -> None:
        self.client = AsyncWebClient(
            token=bot_token,
            base_url=api_url,
            timeout=timeout_s,
            proxy=proxy,
            ssl=ssl,
            retry_handlers=[],  # the default one would post again after a lost answer
            logger=SDK_LOGGER,
        )
        self.timeout = aiohttp.ClientTimeout(total=timeout_s)

    def open(self) -> None:
        """Keep connections, within a running event loop. One that the server closes as we post is a lost answer: the
        shorter it is kept the rarer that is."""
        self.client.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(keepalive_timeout=KEPT_S), timeout=self.timeout
        )

    async def close(self) -> None:
        """End the kept connections."""
        session, self.client.session = self.client.session, None
        if session is not None:
            await session.close()

    async def identity(self) -> Identity:
        """Give who the bot token belongs to; raises AuthenticationFailed naming SLACK_BOT_TOKEN."""
        data = await reading(self.client.auth_test(), "SLACK_BOT_TOKEN")
        team, user, bot, url = (string(data, name) for name in ("team_id", "user_id", "bot_id", "url"))
        return Identity(team, user, bot, url)

    async def open_socket(self, app_token: str) -> str:
        """Give the address of a new Socket Mode connection; raises AuthenticationFailed naming SLACK_APP_TOKEN."""
        data = await reading(self.client.apps_connections_open(app_token=app_token), "SLACK_APP_TOKEN")
        return string(data, "url")

    async def user_name(self, user_id: str) -> str:
        """Give the name under which people see that user, "" where the user has none."""
        user = mapping(await reading(self.client.users_info(user=user_id), "SLACK_BOT_TOKEN"), "user")
        display_name = string(mapping(user, "profile"), "display_name")
        return display_name or string(user, "real_name") or string(user, "name")

    async def post_message(self, address: ReplyAddress, part: RenderedPart, key: str) -> str:
        """Show the part at the address and give the message's id. Raises DeliveryUnknown if the answer was lost."""
        call = self.client.chat_postMessage(
            channel=address.channel,
            thread_ts=address.thread or None,
            text=part.text,
            attachments=attachments(part.buttons) or None,
            metadata=metadata(key),
            unfurl_links=False,
            unfurl_media=False,
        )
        return string(await posting(call), "ts")

    async def post_ephemeral(self, address: ReplyAddress, part: RenderedPart) -> str:
        """Show the part to `address.visible_to` alone, who must be in the channel, as the assistant must; give its id.
        Raises DeliveryUnknown if the answer was lost."""
        call = self.client.chat_postEphemeral(
            channel=address.channel,
            user=address.visible_to,
            thread_ts=address.thread or None,
            text=part.text,
            attachments=attachments(part.buttons) or None,
        )
        return string(await posting(call), "message_ts")

    async def find_message(self, address: ReplyAddress, key: str, identity: Identity) -> str:
        """Give the id of our own message with that key, "" if there is none; see `history.find_message`."""
        return await find_message(self.client, address, key, identity)

    async def update_message(self, channel: str, message_id: str, part: RenderedPart) -> None:
        """Give the message that text and those buttons; its metadata stays. Raises DeliveryRefused if it is gone."""
        call = self.client.chat_update(
            channel=channel,
            ts=message_id,
            text=part.text,
            attachments=attachments(part.buttons),
            # Unlike a post, an update looks for names to link unless it is told not to.
            parse="none",
            link_names=False,
        )
        await repeatable(call)

    async def delete_message(self, channel: str, message_id: str) -> None:
        """Take the message away, if it is there."""
        with suppress(Gone):
            await repeatable(self.client.api_call("chat.delete", json={"channel": channel, "ts": message_id}))

    async def set_status(self, channel: str, thread: str, status: str) -> None:
        """Show the status of the assistant's below the thread, "" for none."""
        call = self.client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread, status=status)
        await repeatable(call)

    async def react(self, channel: str, message_id: str, name: str, *, is_there: bool) -> None:
        """Put the assistant's reaction to the message there, or take it away."""
        method = "reactions.add" if is_there else "reactions.remove"
        with suppress(SoAlready):
            reaction = {"channel": channel, "timestamp": message_id, "name": name}
            await repeatable(self.client.api_call(method, json=reaction))
