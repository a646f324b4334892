"""The assistant in an existing Slack bot: an adapter that listens in somebody else's Bolt app."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from slack_bolt.app import App
from slack_bolt.app.async_app import AsyncApp

from adapters.base import Missed, OnEvent
from adapters.errors import AdapterConfigurationError
from adapters.slack.hooks import STORE_TIMEOUT_S, hook_async, hook_sync
from adapters.slack.incoming import Incoming
from adapters.slack.outgoing import Outgoing
from adapters.slack.parse import PLATFORM
from adapters.slack.people import People
from adapters.slack.web import TIMEOUT_S, SlackWeb

LOG = logging.getLogger(__name__)


class AttachedAdapter(Outgoing):
    """One workspace, through an app that receives Slack's requests by whatever way it has.

    The app goes on as it did: its listeners get every event, also those that are the assistant's. From `start` until
    `close` the assistant sees them first, so that they are stored before Bolt acknowledges them.
    """

    def __init__(self, web: SlackWeb) -> None:
        super().__init__(web)
        self._people = People(web.user_name)
        self._incoming: Incoming | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def start(self, on_event: OnEvent, missed: Missed | None = None) -> None:
        """Begin to listen. Raises AuthenticationFailed if the app's token is refused."""
        if not (self._web.client.token or "").startswith("xoxb-"):
            raise AdapterConfigurationError("The Slack app has no bot token of its own: create it with App(token=…).")
        self._web.open()
        try:
            self._identity = await self._web.identity()
        except BaseException:
            await self.close()
            raise
        self._loop = asyncio.get_running_loop()
        self._incoming = Incoming(self._identity, self._web, self._people, on_event)
        LOG.info("connected", extra={"action": "connect", "platform": PLATFORM, "mode": "attached"})

    async def close(self) -> None:
        """Let the app go on alone."""
        self._incoming = None
        await self._web.close()

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        """The loop that `receive` must run on, None while nobody listens."""
        return self._loop if self._incoming is not None else None

    async def receive(self, payload: Mapping[str, object]) -> bool:
        """Give whether the payload was for the assistant: then it is safe now. Raises what `on_event` raises."""
        incoming = self._incoming
        return incoming is not None and await incoming.receive(payload)


def attach(app: App | AsyncApp, *, store_timeout_s: float = STORE_TIMEOUT_S) -> AttachedAdapter:
    """Give an adapter that shares the app's token and events; it does nothing before `start`.

    An event that is not stored within `store_timeout_s` counts as failed: Slack sends it again. Attach it behind the
    app's own middleware that refuses requests. The adapter posts through a client of its own, since the app's may post
    twice after a lost answer.
    """
    client = app.client
    web = SlackWeb(client.token or "", client.base_url, TIMEOUT_S, proxy=client.proxy, ssl=client.ssl)
    adapter = AttachedAdapter(web)
    if isinstance(app, AsyncApp):
        hook_async(app, adapter, store_timeout_s)
    else:
        hook_sync(app, adapter, store_timeout_s)
    return adapter
