"""The Bolt app between Slack's requests and `on_event`."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.changes import mapping, string
from adapters.slack.incoming import Incoming
from adapters.slack.parse import PLATFORM
from adapters.slack.web import SDK_LOGGER

LOG = logging.getLogger(__name__)


# What Slack tells when the app loses its token: https://docs.slack.dev/reference/events/tokens_revoked (2026-11).
REVOKING_EVENTS = frozenset({"app_uninstalled", "tokens_revoked"})


def new_app(incoming: Incoming, on_revoked: Callable[[], Awaitable[None]]) -> AsyncApp:
    """Give an app that answers a request with 200 once `on_event` has returned, and with 503 if it failed. `on_revoked`
    is called when Slack tells that a token of the app's is no longer good."""
    client = incoming.web.client

    async def authorize() -> AuthorizeResult:
        """Answer from what `start` learned: Bolt would ask Slack while the first event waits."""
        return AuthorizeResult(
            enterprise_id=None,
            team_id=incoming.identity.team_id,
            bot_user_id=incoming.identity.user_id,
            bot_id=incoming.identity.bot_id,
            bot_token=client.token,
        )

    app = AsyncApp(
        name="llamadesk",
        client=AsyncWebClient(base_url=client.base_url, logger=SDK_LOGGER),
        authorize=authorize,
        logger=SDK_LOGGER,
        # What these do is done by then: `webhook.refusal` checks signatures, `parse_event` tells who speaks.
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    app.middleware(Receiver(incoming, on_revoked))
    return app


class Receiver(AsyncMiddleware):
    """The only one to answer: Bolt acknowledges before a listener runs, and waits for a middleware.

    What we don't ask for is acknowledged too: otherwise Slack would send it again and again.
    """

    def __init__(self, incoming: Incoming, on_revoked: Callable[[], Awaitable[None]]) -> None:
        self._incoming = incoming
        self._on_revoked = on_revoked

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002
    ) -> BoltResponse:
        try:
            if not await self._incoming.receive(req.body):
                await self._look_at(req.body)
        except Exception as error:  # noqa: BLE001 (whatever it is, the event is not stored)
            return not_stored(error)
        return BoltResponse(status=200, body="")

    async def _look_at(self, payload: Mapping[str, object]) -> None:
        """See to what is no message, and matters all the same."""
        if string(mapping(payload, "event"), "type") in REVOKING_EVENTS:
            await self._on_revoked()


def bolt_request(payload: Mapping[str, object]) -> AsyncBoltRequest:
    """Give the request as Bolt takes it in Socket Mode, where bodies are parsed already; an empty one where Bolt can't
    read the payload's shape: then it is nothing that Slack sends."""
    try:
        return AsyncBoltRequest(body=dict(payload), mode="socket_mode")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        facts = {"action": "receive", "platform": PLATFORM, "error": type(error).__name__}
        LOG.warning("a payload of no known shape is left alone", extra=facts)
        return AsyncBoltRequest(body={}, mode="socket_mode")


def not_stored(error: BaseException) -> BoltResponse:
    """Tell Slack to send the event again. Only the error's class is logged: its text may hold the message's."""
    LOG.warning("event not stored", extra={"action": "receive", "platform": PLATFORM, "error": type(error).__name__})
    return BoltResponse(status=503, body="")
