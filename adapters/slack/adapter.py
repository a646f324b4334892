"""Slack, by Socket Mode or by signed HTTP requests, through Bolt."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from slack_bolt.async_app import AsyncApp

from adapters.base import Missed, OnEvent, WebhookResponse
from adapters.errors import AdapterConfigurationError, AuthenticationFailed, PlatformUnavailable
from adapters.slack.app import bolt_request, new_app
from adapters.slack.body import payload_in
from adapters.slack.connection import Connection
from adapters.slack.failures import TokenRefused
from adapters.slack.incoming import Incoming
from adapters.slack.outgoing import Outgoing
from adapters.slack.parse import PLATFORM
from adapters.slack.people import People
from adapters.slack.web import API_URL, TIMEOUT_S, SlackWeb
from adapters.slack.webhook import refusal

LOG = logging.getLogger(__name__)
CONNECT_TIMEOUT_S = 15.0
PING_INTERVAL_S = 10.0


class SlackAdapter(Outgoing):
    """One workspace. With `app_token` it connects to Slack (Socket Mode), else Slack posts to `webhook_path`.

    `timeout_s` bounds each call, `connect_timeout_s` each attempt to connect. The connection is tested every
    `ping_interval_s`, and tried again as often when it is lost.
    """

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
        super().__init__(SlackWeb(bot_token, api_url, timeout_s))
        self._bot_token = bot_token
        self._app_token = app_token
        self._signing_secret = signing_secret
        self._connect_timeout_s = connect_timeout_s
        self._ping_interval_s = ping_interval_s
        self._people = People(self._web.user_name)
        self._app: AsyncApp | None = None
        self._connection: Connection | None = None
        self._ended: asyncio.Future[None] | None = None

    async def start(self, on_event: OnEvent, missed: Missed | None = None) -> None:
        """Connect. Slack itself delivers what was missed, for some minutes; it is not read from the histories."""
        self._check_settings()
        self._web.open()
        self._ended = asyncio.get_running_loop().create_future()
        try:
            await self._start(on_event)
        except BaseException:
            await self.close()
            raise

    async def _start(self, on_event: OnEvent) -> None:
        self._identity = await self._web.identity()
        self._app = new_app(Incoming(self._identity, self._web, self._people, on_event), self._check_token)
        if self._app_token:
            await self._connect(self._app)
        mode = "socket" if self._app_token else "http"
        LOG.info("connected", extra={"action": "connect", "platform": PLATFORM, "mode": mode})

    async def wait_closed(self) -> None:
        """Return when `close` has ended the connection; raise AuthenticationFailed when a refused token has."""
        if self._ended is not None:
            await asyncio.shield(self._ended)

    async def close(self) -> None:
        connection, self._connection, self._app = self._connection, None, None
        if connection is not None:
            await connection.close()
        await self._web.close()
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)
        elif self._ended is not None:
            self._ended.exception()  # told already, or nobody asks

    async def handle_webhook(self, headers: Mapping[str, str], body: bytes) -> WebhookResponse:
        """Answer one POST of Slack's: 2xx once the event is stored, 5xx so that Slack sends it again, or tells the
        person whose command or press it was."""
        if not self._signing_secret or self._app_token:
            return WebhookResponse(404, "events come by Socket Mode")
        if refused := refusal(self._signing_secret, headers, body):
            return refused
        payload = payload_in(body, headers.get("content-type", ""))
        if payload is None:
            return WebhookResponse(400, "no payload of Slack's")
        if payload.get("type") == "url_verification":
            return WebhookResponse(200, str(payload.get("challenge", "")))
        if self._app is None:
            return WebhookResponse(503, "not connected")
        response = await self._app.async_dispatch(bolt_request(payload))
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
        self._connection = Connection(
            app,
            self._web.client,
            self._new_address,
            self._end,
            ping_interval_s=self._ping_interval_s,
            timeout_s=self._connect_timeout_s,
        )
        self._connection.wss_uri = await self._new_address()
        try:
            async with asyncio.timeout(self._connect_timeout_s):
                await self._connection.connect()
        except TimeoutError as error:
            raise PlatformUnavailable("Slack's Socket Mode can't be reached: check the network.") from error

    async def _new_address(self) -> str:
        return await self._web.open_socket(self._app_token)

    async def _check_token(self) -> None:
        """Slack tells that tokens of the app's are revoked: see whether ours is one of them."""
        try:
            await self._web.identity()
        except TokenRefused as error:
            self._end(error)

    def _end(self, error: TokenRefused) -> None:
        if self._connection is not None:
            self._connection.give_up()
        if self._ended is not None and not self._ended.done():
            self._ended.set_exception(error)
