"""Slack's Web API: the few calls that the adapter makes, their failures told as AdapterErrors."""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from typing import NoReturn

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.base import ReplyAddress
from adapters.errors import (
    AdapterError,
    AuthenticationFailed,
    DeliveryRefused,
    DeliveryUnknown,
    PlatformUnavailable,
    RateLimited,
)
from adapters.slack.parse import Identity

# Slack's own packages log texts at DEBUG and INFO. This logger, given to all of them, keeps them to what is wrong.
SDK_LOGGER = logging.getLogger("adapters.slack.sdk")
SDK_LOGGER.setLevel(logging.WARNING)

TIMEOUT_S = 15
DEFAULT_RETRY_AFTER_S = 30.0  # where a 429 names no time of its own
# Error codes: https://docs.slack.dev/reference/methods/chat.postMessage#errors (2026-11).
TOKEN_ERRORS = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})
RATE_ERRORS = frozenset({"ratelimited", "rate_limited"})
BUSY_ERRORS = frozenset({"service_unavailable"})
# "It's possible some aspect of the operation succeeded before the error was raised."
AMBIGUOUS_ERRORS = frozenset({"fatal_error", "internal_error"})


class SlackWeb:
    """The Web API with one bot token. No call is repeated here: who repeats must know what was shown already."""

    def __init__(self, bot_token: str, api_url: str) -> None:
        # A client without a session opens a connection a call: then a failed connect is never a lost answer.
        # The default retry handler would post again after a lost answer.
        self.client = AsyncWebClient(
            token=bot_token, base_url=api_url, timeout=TIMEOUT_S, retry_handlers=[], logger=SDK_LOGGER
        )

    async def identity(self) -> Identity:
        """Give who the bot token belongs to; raises AuthenticationFailed naming SLACK_BOT_TOKEN."""
        data = await _reading(self.client.auth_test(), "SLACK_BOT_TOKEN")
        return Identity(_string(data, "team_id"), _string(data, "user_id"), _string(data, "bot_id"))

    async def open_socket(self, app_token: str) -> str:
        """Give the address of a new Socket Mode connection; raises AuthenticationFailed naming SLACK_APP_TOKEN."""
        data = await _reading(self.client.apps_connections_open(app_token=app_token), "SLACK_APP_TOKEN")
        return _string(data, "url")

    async def user_name(self, user_id: str) -> str:
        """Give the name under which people see that user, "" where the user has none."""
        user = (await _reading(self.client.users_info(user=user_id), "SLACK_BOT_TOKEN")).get("user")
        if not isinstance(user, dict):
            return ""
        profile = user.get("profile")
        display_name = _string(profile, "display_name") if isinstance(profile, dict) else ""
        return display_name or _string(user, "real_name") or _string(user, "name")

    async def post_message(self, address: ReplyAddress, text: str, metadata: dict[str, object]) -> str:
        """Show the text at the address and give the message's id. Raises DeliveryUnknown if the answer was lost."""
        call = self.client.chat_postMessage(
            channel=address.channel,
            thread_ts=address.thread or None,
            text=text,
            metadata=metadata,
            unfurl_links=False,
            unfurl_media=False,
        )
        try:
            return _string(_data((await call).data), "ts")
        except SlackApiError as error:
            _raise_refused_post(error)
        except aiohttp.ClientConnectorError as error:
            raise PlatformUnavailable("Slack can't be reached: check the network and SLACK_API_URL.") from error
        except (TimeoutError, aiohttp.ClientError, OSError, AttributeError) as error:
            # AttributeError: the SDK's own check fails on an answer that is not a JSON object.
            raise DeliveryUnknown("Slack's answer to a message was lost: look whether it is visible.") from error


async def _reading(call: Awaitable[object], setting: str) -> dict[str, object]:
    """Await a call that changes nothing."""
    try:
        return _data(getattr(await call, "data", None))
    except SlackApiError as error:
        _raise_refused_read(error, setting)
    except (TimeoutError, aiohttp.ClientError, OSError, AttributeError) as error:
        raise PlatformUnavailable("Slack can't be reached: check the network and SLACK_API_URL.") from error


def _raise_refused_read(error: SlackApiError, setting: str) -> NoReturn:
    code = _code(error)
    if limited := _rate_limit(error):
        raise limited from error
    if not code or code in BUSY_ERRORS | AMBIGUOUS_ERRORS:
        raise PlatformUnavailable("Slack failed to answer: try again later.") from error
    raise AuthenticationFailed(f"Slack refused {setting} ({code}): copy it again from the app's settings.") from error


def _raise_refused_post(error: SlackApiError) -> NoReturn:
    code = _code(error)
    if limited := _rate_limit(error):
        raise limited from error
    if code in TOKEN_ERRORS:
        raise AuthenticationFailed(f"Slack refused SLACK_BOT_TOKEN ({code}): install the app again.") from error
    if code in BUSY_ERRORS:
        raise PlatformUnavailable("Slack is not available: try again later.") from error
    if not code or code in AMBIGUOUS_ERRORS:
        raise DeliveryUnknown("Slack failed while it took a message: look whether it is visible.") from error
    raise DeliveryRefused(
        f"Slack refused a message ({code}): invite the assistant to the channel, or see the code at"
        " https://docs.slack.dev/reference/methods/chat.postMessage#errors."
    ) from error


def _rate_limit(error: SlackApiError) -> AdapterError | None:
    if getattr(error.response, "status_code", None) != 429 and _code(error) not in RATE_ERRORS:
        return None
    retry_after_s = _seconds(getattr(error.response, "headers", {}).get("Retry-After", ""))
    return RateLimited(f"Slack asks to wait {retry_after_s:g} s.", retry_after_s)


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() else DEFAULT_RETRY_AFTER_S


def _code(error: SlackApiError) -> str:
    """Give Slack's error code, "" where the answer was not Slack's JSON (a proxy's page, a cut answer)."""
    return _string(_data(getattr(error.response, "data", None)), "error")


def _data(data: object) -> dict[str, object]:
    return data if isinstance(data, dict) else {}


def _string(data: dict[str, object], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""
