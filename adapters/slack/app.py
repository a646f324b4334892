"""The Bolt app between Slack's events and `on_event`."""

from __future__ import annotations

import logging
import re
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.base import IncomingMessage, OnEvent
from adapters.slack.parse import PLATFORM, Identity, parse_event, people_in
from adapters.slack.people import People
from adapters.slack.web import SDK_LOGGER, SlackWeb

LOG = logging.getLogger(__name__)
# Events that we don't ask for are acknowledged too: otherwise Slack would send them again and again.
ANY_EVENT = re.compile(".*")


def new_app(identity: Identity, web: SlackWeb, people: People, on_event: OnEvent, signing_secret: str) -> AsyncApp:
    """Give an app that answers an event with 200 once `on_event` has returned, and with 503 if it failed."""

    async def authorize() -> AuthorizeResult:
        """Answer from what `start` learned: Bolt would ask Slack while the first event waits."""
        return AuthorizeResult(
            enterprise_id=None,
            team_id=identity.team_id,
            bot_user_id=identity.user_id,
            bot_id=identity.bot_id,
            bot_token=web.client.token,
        )

    async def receive(body: dict[str, Any]) -> None:
        event = parse_event(body, identity)
        if isinstance(event, IncomingMessage):
            event = parse_event(body, identity, await people.names(people_in(body)))
        if event is not None:
            await on_event(event)

    app = AsyncApp(
        name="llamadesk",
        client=AsyncWebClient(base_url=web.client.base_url, logger=SDK_LOGGER),
        authorize=authorize,
        signing_secret=signing_secret,
        logger=SDK_LOGGER,
        process_before_response=True,  # the acknowledgement waits for `receive`, in both modes
        # What these do is done by then: `webhook.refusal` checks signatures, `parse_event` tells who speaks.
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    app.event(ANY_EVENT)(receive)
    app.error(_not_stored)
    return app


async def _not_stored(error: Exception) -> BoltResponse:
    """Tell Slack to send the event again. Only the error's class is logged: its text may hold the message's."""
    LOG.warning("event not stored", extra={"action": "receive", "platform": PLATFORM, "error": type(error).__name__})
    return BoltResponse(status=503, body="")
