"""Slack, by Socket Mode or by signed HTTP events, through Bolt."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.base import Capabilities, OnMessage, RenderedPart, Reply, ReplyAddress, SentMessage, WebhookResponse
from adapters.errors import AdapterConfigurationError, AuthenticationFailed, PlatformUnavailable
from adapters.slack.parse import PLATFORM, Identity, parse_event, people_in
from adapters.slack.people import People
from adapters.slack.render import MAX_CHARS, render
from adapters.slack.web import SDK_LOGGER, SlackWeb
from adapters.slack.webhook import event_body, refusal

LOG = logging.getLogger(__name__)
API_URL = "https://slack.com/api/"
CONNECT_TIMEOUT_S = 15
METADATA_TYPE = "llamadesk_reply"
# Events that we don't ask for are acknowledged too: otherwise Slack would send them again and again.
ANY_EVENT = re.compile(".*")


class SlackAdapter:
    """One workspace. With `app_token` it connects to Slack (Socket Mode), else Slack posts to `webhook_path`."""

    platform = PLATFORM
    # Slack itself shows a repeated post twice.
    capabilities = Capabilities(max_chars=MAX_CHARS, idempotent_send=False, threads=True)
    webhook_path = "/slack/events"

    def __init__(self, bot_token: str, app_token: str = "", signing_secret: str = "", api_url: str = API_URL) -> None:
        self._bot_token = bot_token
        self._app_token = app_token
        self._signing_secret = signing_secret
        self._web = SlackWeb(bot_token, api_url)
        self._people = People(self._web.user_name)
        self._app: AsyncApp | None = None
        self._socket: AsyncSocketModeHandler | None = None

    async def start(self, on_message: OnMessage) -> None:
        self._check_settings()
        identity = await self._web.identity()
        self._app = self._new_app(identity, on_message)
        if self._app_token:
            await self._connect(self._app)
        mode = "socket" if self._app_token else "http"
        LOG.info("connected", extra={"action": "connect", "platform": PLATFORM, "mode": mode})

    def render(self, reply: Reply) -> tuple[RenderedPart, ...]:
        return render(reply)

    async def send(self, address: ReplyAddress, part: RenderedPart, idempotency_key: str) -> SentMessage:
        metadata: dict[str, object] = {"event_type": METADATA_TYPE, "event_payload": {"key": idempotency_key}}
        return SentMessage(await self._web.post_message(address, part.text, metadata))

    async def close(self) -> None:
        socket, self._socket, self._app = self._socket, None, None
        if socket is None:
            return
        await socket.close_async()  # type: ignore[no-untyped-call]
        client = socket.client
        tasks = (client.message_processor, client.current_session_monitor, client.message_receiver)
        await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)

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

    def _new_app(self, identity: Identity, on_message: OnMessage) -> AsyncApp:
        async def authorize() -> AuthorizeResult:
            """Answer from what `start` learned: Bolt would ask Slack while the first event waits."""
            return AuthorizeResult(
                enterprise_id=None,
                team_id=identity.team_id,
                bot_user_id=identity.user_id,
                bot_id=identity.bot_id,
                bot_token=self._bot_token,
            )

        async def on_event(body: dict[str, Any]) -> None:
            if parse_event(body, identity) is None:
                return
            names = await self._people.names(people_in(body))
            message = parse_event(body, identity, names)
            if message is not None:
                await on_message(message)

        app = AsyncApp(
            name="llamadesk",
            client=AsyncWebClient(base_url=self._web.client.base_url, logger=SDK_LOGGER),
            authorize=authorize,
            signing_secret=self._signing_secret,
            logger=SDK_LOGGER,
            process_before_response=True,  # the acknowledgement waits for on_event, in both modes
        )
        app.event(ANY_EVENT)(on_event)
        app.error(_not_stored)
        return app

    async def _connect(self, app: AsyncApp) -> None:
        url = await self._web.open_socket(self._app_token)
        self._socket = AsyncSocketModeHandler(app, self._app_token, logger=SDK_LOGGER, web_client=self._web.client)
        self._socket.client.wss_uri = url
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await self._socket.connect_async()  # type: ignore[no-untyped-call]
        except TimeoutError as error:
            await self.close()
            raise PlatformUnavailable("Slack's Socket Mode can't be reached: check the network.") from error


async def _not_stored(error: Exception) -> BoltResponse:
    """Tell Slack to send the event again. Only the error's class is logged: its text may hold the message's."""
    LOG.warning("event not stored", extra={"action": "receive", "platform": PLATFORM, "error": type(error).__name__})
    return BoltResponse(status=503, body="")
