"""Slack, by Socket Mode or by signed HTTP events, through Bolt."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from adapters.base import (
    Capabilities,
    Missed,
    OnEvent,
    RenderedPart,
    Reply,
    ReplyAddress,
    SentMessage,
    WebhookResponse,
)
from adapters.errors import AdapterConfigurationError, AuthenticationFailed, PlatformUnavailable
from adapters.slack.app import new_app
from adapters.slack.connection import Connection
from adapters.slack.parse import PLATFORM, Identity
from adapters.slack.people import People
from adapters.slack.render import MAX_CHARS, render
from adapters.slack.web import TIMEOUT_S, SlackWeb
from adapters.slack.webhook import event_body, refusal

LOG = logging.getLogger(__name__)
API_URL = "https://slack.com/api/"
CONNECT_TIMEOUT_S = 15.0
PING_INTERVAL_S = 10.0


class SlackAdapter:
    """One workspace. With `app_token` it connects to Slack (Socket Mode), else Slack posts to `webhook_path`.

    Slack itself shows a repeated post twice: each carries its key in its metadata, where a send that may be a repeat
    looks first. `timeout_s` bounds each call, `connect_timeout_s` each attempt to connect. The connection is tested
    every `ping_interval_s`, and tried again as often when it is lost.
    """

    platform = PLATFORM
    capabilities = Capabilities(max_chars=MAX_CHARS, idempotent_send=True, threads=True, edits=True)
    webhook_path = "/slack/events"

    def __init__(
        self,
        bot_token: str,
        app_token: str = "",
        signing_secret: str = "",
        api_url: str = API_URL,
        *,
        timeout_s: int = TIMEOUT_S,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
        ping_interval_s: float = PING_INTERVAL_S,
    ) -> None:
        self._bot_token = bot_token
        self._app_token = app_token
        self._signing_secret = signing_secret
        self._web = SlackWeb(bot_token, api_url, timeout_s)
        self._connect_timeout_s = connect_timeout_s
        self._ping_interval_s = ping_interval_s
        self._identity: Identity | None = None
        self._people = People(self._web.user_name)
        self._app: AsyncApp | None = None
        self._connection: Connection | None = None

    async def start(self, on_event: OnEvent, missed: Missed | None = None) -> None:
        """Connect. Slack itself delivers what was missed, for some minutes; it is not read from the histories."""
        self._check_settings()
        self._web.open()
        try:
            await self._start(on_event)
        except BaseException:
            await self.close()
            raise

    async def _start(self, on_event: OnEvent) -> None:
        self._identity = await self._web.identity()
        self._app = new_app(self._identity, self._web, self._people, on_event, self._signing_secret)
        if self._app_token:
            await self._connect(self._app)
        mode = "socket" if self._app_token else "http"
        LOG.info("connected", extra={"action": "connect", "platform": PLATFORM, "mode": mode})

    def render(self, reply: Reply) -> tuple[RenderedPart, ...]:
        return render(reply)

    async def send(
        self, address: ReplyAddress, part: RenderedPart, idempotency_key: str, *, may_be_shown: bool = False
    ) -> SentMessage:
        if may_be_shown:
            identity = self._identity or await self._web.identity()
            if shown := await self._web.find_message(address, idempotency_key, identity):
                return SentMessage(shown)
        return SentMessage(await self._web.post_message(address, part.text, idempotency_key))

    async def edit(self, address: ReplyAddress, message_id: str, part: RenderedPart) -> None:
        await self._web.update_message(address.channel, message_id, part.text)

    async def retract(self, address: ReplyAddress, message_id: str) -> None:
        await self._web.delete_message(address.channel, message_id)

    async def close(self) -> None:
        connection, self._connection, self._app = self._connection, None, None
        if connection is not None:
            await connection.close()
        await self._web.close()

    async def handle_webhook(self, headers: Mapping[str, str], body: bytes) -> WebhookResponse:
        """Answer one POST of Slack's: 2xx once the event is stored, 5xx so that Slack sends it again."""
        if not self._signing_secret or self._app_token:
            return WebhookResponse(404, "events come by Socket Mode")
        if refused := refusal(self._signing_secret, headers, body):
            return refused
        payload = event_body(body)
        if payload is None:
            return WebhookResponse(400, "no JSON object with an event")
        if payload.get("type") == "url_verification":
            return WebhookResponse(200, str(payload.get("challenge", "")))
        if self._app is None:
            return WebhookResponse(503, "not connected")
        request = AsyncBoltRequest(body=body.decode(), headers=dict(headers))
        response = await self._app.async_dispatch(request)
        return WebhookResponse(response.status, response.body or "")

    def _check_settings(self) -> None:
        if not self._app_token and not self._signing_secret:
            raise AdapterConfigurationError(
                "Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP): Slack's events need one of them."
            )
        if not self._bot_token.startswith("xoxb-"):
            raise AuthenticationFailed("SLACK_BOT_TOKEN is no bot token: those start with xoxb-.")
        if self._app_token and not self._app_token.startswith("xapp-"):
            raise AuthenticationFailed("SLACK_APP_TOKEN is no app-level token: those start with xapp-.")

    async def _connect(self, app: AsyncApp) -> None:
        url = await self._web.open_socket(self._app_token)
        self._connection = Connection(
            app,
            self._app_token,
            self._web.client,
            ping_interval_s=self._ping_interval_s,
            timeout_s=self._connect_timeout_s,
        )
        self._connection.wss_uri = url
        try:
            async with asyncio.timeout(self._connect_timeout_s):
                await self._connection.connect()
        except TimeoutError as error:
            raise PlatformUnavailable("Slack's Socket Mode can't be reached: check the network.") from error
