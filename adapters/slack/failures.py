"""What a call to Slack's Web API raises, as AdapterError with advice to the operator."""

from __future__ import annotations

from collections.abc import Awaitable

import aiohttp
from slack_sdk.errors import SlackApiError

from adapters.errors import (
    AdapterError,
    AuthenticationFailed,
    DeliveryRefused,
    DeliveryUnknown,
    PlatformUnavailable,
    RateLimited,
)
from adapters.slack.changes import string

DEFAULT_RETRY_AFTER_S = 30.0  # where a 429 names no time of its own
# Error codes: https://docs.slack.dev/reference/methods/chat.postMessage#errors (2026-11).
TOKEN_ERRORS = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})
RATE_ERRORS = frozenset({"ratelimited", "rate_limited"})
BUSY_ERRORS = frozenset({"service_unavailable"})
# "It's possible some aspect of the operation succeeded before the error was raised."
AMBIGUOUS_ERRORS = frozenset({"fatal_error", "internal_error"})
GONE_ERRORS = frozenset({"message_not_found", "thread_not_found"})
LOST_CONNECTION = (TimeoutError, aiohttp.ClientError, OSError, AttributeError)
"""What breaks a call off. AttributeError: the SDK's own check fails on an answer that is not a JSON object."""

UNREACHABLE = "Slack can't be reached: check the network and SLACK_API_URL."


class Gone(DeliveryRefused):
    """The message or thread that the call is about is no longer there."""


async def reading(call: Awaitable[object], setting: str) -> dict[str, object]:
    """Give the answer to a call that changes nothing and needs only the token of that setting."""
    try:
        return data(getattr(await call, "data", None))
    except SlackApiError as error:
        raise _refused_read(error, setting) from error
    except LOST_CONNECTION as error:
        raise PlatformUnavailable(UNREACHABLE) from error


async def posting(call: Awaitable[object]) -> dict[str, object]:
    """Give the answer to a call that shows something: if the answer is lost, that may be shown."""
    return await _calling(call, DeliveryUnknown("Slack's answer to a message was lost: look whether it is visible."))


async def repeatable(call: Awaitable[object]) -> dict[str, object]:
    """Give the answer to a call about a message or channel that may as well be made twice."""
    return await _calling(call, PlatformUnavailable("Slack failed to answer: try again later."))


async def _calling(call: Awaitable[object], lost: AdapterError) -> dict[str, object]:
    try:
        answer = data(getattr(await call, "data", None))
    except SlackApiError as error:
        raise _refused(error, lost) from error
    except aiohttp.ClientConnectorError as error:
        raise PlatformUnavailable(UNREACHABLE) from error
    except LOST_CONNECTION as error:
        raise lost from error
    # The SDK lets a page of a proxy's pass for an empty answer, if its status is 200.
    if answer.get("ok") is not True:
        raise lost
    return answer


def _refused_read(error: SlackApiError, setting: str) -> AdapterError:
    code = _code(error)
    if limited := _rate_limit(error):
        return limited
    if not code or code in BUSY_ERRORS | AMBIGUOUS_ERRORS:
        return PlatformUnavailable("Slack failed to answer: try again later.")
    return AuthenticationFailed(f"Slack refused {setting} ({code}): copy it again from the app's settings.")


def _refused(error: SlackApiError, lost: AdapterError) -> AdapterError:
    code = _code(error)
    if limited := _rate_limit(error):
        return limited
    if code in TOKEN_ERRORS:
        return AuthenticationFailed(f"Slack refused SLACK_BOT_TOKEN ({code}): install the app again.")
    if code in BUSY_ERRORS:
        return PlatformUnavailable("Slack is not available: try again later.")
    if not code or code in AMBIGUOUS_ERRORS:
        return lost
    kind = Gone if code in GONE_ERRORS else DeliveryRefused
    return kind(
        f"Slack refused a message ({code}): invite the assistant to the channel, or see the code at"
        " https://docs.slack.dev/reference/methods/chat.postMessage#errors."
    )


def _rate_limit(error: SlackApiError) -> AdapterError | None:
    if getattr(error.response, "status_code", None) != 429 and _code(error) not in RATE_ERRORS:
        return None
    retry_after_s = _seconds(getattr(error.response, "headers", {}).get("Retry-After", ""))
    return RateLimited(f"Slack asks to wait {retry_after_s:g} s.", retry_after_s)


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() else DEFAULT_RETRY_AFTER_S


def _code(error: SlackApiError) -> str:
    """Give Slack's error code, "" where the answer was not Slack's JSON (a proxy's page, a cut answer)."""
    return string(data(getattr(error.response, "data", None)), "error")


def data(answer: object) -> dict[str, object]:
    return answer if isinstance(answer, dict) else {}
