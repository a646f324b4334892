"""What a call to Slack's Web API raises, as AdapterError with advice to the operator."""

from __future__ import annotations

from collections.abc import Awaitable
from ssl import SSLContext

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
from adapters.slack.error_codes import (
    AMBIGUOUS_ERRORS,
    BUSY_ERRORS,
    GONE_ERRORS,
    NOT_GRANTED_ERRORS,
    RATE_ERRORS,
    SO_ALREADY_ERRORS,
    TOKEN_ERRORS,
)

MAX_ANSWER_BYTES = 1_000
DEFAULT_RETRY_AFTER_S = 30.0  # where a 429 names no time of its own
LOST_CONNECTION = (TimeoutError, aiohttp.ClientError, OSError, AttributeError)
"""What breaks a call off. AttributeError: the SDK's own check fails on an answer that is not a JSON object."""

UNREACHABLE = "Slack can't be reached: check the network and SLACK_API_URL."


class Gone(DeliveryRefused):
    """The message or thread that the call is about is no longer there."""


class SoAlready(DeliveryRefused):
    """What the call asks for is so already."""


class NotGranted(DeliveryRefused):
    """No such call of the app's will ever be accepted, until it is given more rights; the message names the code."""


class TokenRefused(AuthenticationFailed):
    """The token is no longer good for any call."""


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


async def answering(
    session: aiohttp.ClientSession,
    url: str,
    payload: dict[str, object],
    *,
    proxy: str | None = None,
    ssl: SSLContext | None = None,
) -> None:
    """Post to an address that came with an interaction; redirects are not followed. If the answer is lost, what was
    posted may be shown."""
    lost = DeliveryUnknown("Slack's answer to a private message was lost.")
    try:
        post = session.post(url, json=payload, allow_redirects=False, proxy=proxy, ssl=True if ssl is None else ssl)
        async with post as response:
            status, retry_after = response.status, response.headers.get("Retry-After", "")
            await response.content.read(MAX_ANSWER_BYTES)
    except aiohttp.ClientConnectorError as error:
        raise PlatformUnavailable(UNREACHABLE) from error
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        raise lost from error
    if status == 429:
        raise _limited(retry_after)
    if status >= 500:
        raise lost
    # 404: half an hour has passed, or five answers were given.
    if status != 200:
        raise DeliveryRefused(f"Slack no longer takes an answer to the command (HTTP {status}): give it again.")


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
    kind = TokenRefused if code in TOKEN_ERRORS | NOT_GRANTED_ERRORS else AuthenticationFailed
    return kind(f"Slack refused {setting} ({code}): copy it again from the app's settings.")


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
    return _kind(code)(
        f"Slack refused a message ({code}): invite the assistant to the channel, or see the code at"
        " https://docs.slack.dev/reference/methods/chat.postMessage#errors."
    )


def _kind(code: str) -> type[DeliveryRefused]:
    if code in GONE_ERRORS:
        return Gone
    if code in SO_ALREADY_ERRORS:
        return SoAlready
    return NotGranted if code in NOT_GRANTED_ERRORS else DeliveryRefused


def _rate_limit(error: SlackApiError) -> AdapterError | None:
    if getattr(error.response, "status_code", None) != 429 and _code(error) not in RATE_ERRORS:
        return None
    return _limited(getattr(error.response, "headers", {}).get("Retry-After", ""))


def _limited(retry_after: str) -> RateLimited:
    retry_after_s = _seconds(retry_after)
    return RateLimited(f"Slack asks to wait {retry_after_s:g} s.", retry_after_s)


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() else DEFAULT_RETRY_AFTER_S


def _code(error: SlackApiError) -> str:
    """Give Slack's error code, "" where the answer was not Slack's JSON (a proxy's page, a cut answer)."""
    return string(data(getattr(error.response, "data", None)), "error")


def data(answer: object) -> dict[str, object]:
    return answer if isinstance(answer, dict) else {}
