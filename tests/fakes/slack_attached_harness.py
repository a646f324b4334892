"""The adapter contract's harness for an adapter that is attached to somebody else's Bolt app, behind signed HTTP."""

from __future__ import annotations

import asyncio
import threading
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.app import App
from slack_bolt.app.async_app import AsyncApp
from slack_sdk import WebClient
from slack_sdk.web.async_client import AsyncWebClient

from adapters.base import ChatAdapter, Missed, OnEvent
from adapters.slack import attach
from tests.fakes.slack_harness import SlackHarness
from tests.fakes.slack_server import FakeSlack

PATH = "/slack/events"


class AttachedHarness(SlackHarness):
    """An `AsyncApp` with no listener of its own, on aiohttp."""

    def new_adapter(self, bot_token: str) -> ChatAdapter:
        client = AsyncWebClient(token=bot_token, base_url=self.slack.api_url)
        self.app = AsyncApp(client=client, signing_secret=self.slack.signing_secret)
        return attach(self.app)

    def with_wrong_token(self) -> ChatAdapter:
        return attach(AsyncApp(client=AsyncWebClient(token="xoxb-wrong", base_url=self.slack.api_url)))

    async def start(self, on_event: OnEvent, missed: Missed | None = None) -> None:
        await self.adapter.start(on_event, missed)
        await self.serve()

    async def serve(self) -> None:
        """Let the app receive Slack's requests."""
        server = web.Application()
        server.router.add_post(PATH, self._receive)
        self._runner = web.AppRunner(server, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.slack.events_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}{PATH}"

    async def _receive(self, request: web.Request) -> web.Response:
        return await to_aiohttp_response(await self.app.async_dispatch(await to_bolt_request(request)))

    async def acknowledged(self, message_id: str) -> bool:
        return self.slack.acknowledged(message_id)

    async def close(self) -> None:
        await self.adapter.close()
        if hasattr(self, "_runner"):
            await self._runner.cleanup()


class SilentHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


class AttachedSyncHarness(SlackHarness):
    """A synchronous `App`, whose requests a WSGI server handles in its thread, in the order in which they come."""

    _server: WSGIServer | None = None

    def __init__(self, slack: FakeSlack) -> None:
        super().__init__(slack)
        self._thread = threading.Thread(target=lambda: None)

    def new_adapter(self, bot_token: str) -> ChatAdapter:
        client = WebClient(token=bot_token, base_url=self.slack.api_url)
        # The check would wait for an answer from the loop that it keeps from answering.
        self.app = App(client=client, signing_secret=self.slack.signing_secret, token_verification_enabled=False)
        return attach(self.app)

    def with_wrong_token(self) -> ChatAdapter:
        client = WebClient(token="xoxb-wrong", base_url=self.slack.api_url)
        return attach(App(client=client, signing_secret="x", token_verification_enabled=False))

    async def start(self, on_event: OnEvent, missed: Missed | None = None) -> None:
        await self.adapter.start(on_event, missed)
        await self.serve()

    async def serve(self) -> None:
        """Let the app receive Slack's requests."""
        self._server = WSGIServer(("127.0.0.1", 0), SilentHandler)
        self._server.set_app(SlackRequestHandler(self.app, PATH))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.slack.events_url = f"http://127.0.0.1:{self._server.server_port}{PATH}"

    async def acknowledged(self, message_id: str) -> bool:
        return self.slack.acknowledged(message_id)

    async def close(self) -> None:
        await self.adapter.close()
        if self._server is not None:
            await asyncio.to_thread(self._server.shutdown)
            self._server.server_close()
            await asyncio.to_thread(self._thread.join)
