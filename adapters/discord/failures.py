"""discord.py's exceptions as AdapterError, with advice to the operator. Never holds message text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import discord

from adapters.errors import (
    AdapterConfigurationError,
    AdapterError,
    AuthenticationFailed,
    DeliveryRefused,
    DeliveryUnknown,
    PlatformUnavailable,
    RateLimited,
)

# https://docs.discord.com/developers/topics/opcodes-and-status-codes (checked 2026-02)
THREAD_ALREADY_CREATED = 160004
WRONG_CHANNEL_TYPE = 50024
UNKNOWN_MESSAGE = 10008
UNKNOWN_WEBHOOK = 10015
UNKNOWN_INTERACTION = 10062
ALREADY_ACKNOWLEDGED = 40060
NO_DIRECT_MESSAGES = 50007
WRONG_WEBHOOK_TOKEN = 50027
_CLOSED_LOGIN_REFUSED = 4004
# Where the answer does not say how long to wait.
_DEFAULT_WAIT_S = 5.0

_LOGIN_REFUSED = (
    "Discord refused the token: set DISCORD_BOT_TOKEN to the token shown once by 'Reset Token' on the Bot page of "
    "https://discord.com/developers/applications"
)
_NO_INTENT = (
    "Discord does not let this bot read messages: switch on 'Message Content Intent' under Privileged Gateway Intents "
    "on the Bot page of https://discord.com/developers/applications, then start again"
)


@contextmanager
def translated(*, may_be_repeated: bool = False) -> Iterator[None]:
    """Turn what a call to Discord's REST API raises into AdapterError."""
    try:
        yield
    except (discord.DiscordException, aiohttp.ClientError, OSError) as exc:
        raise call_failure(exc, may_be_repeated) from exc


def call_failure(exc: Exception, may_be_repeated: bool) -> AdapterError:
    """Give the AdapterError for a failed call; TimeoutError is an OSError. A call that may be repeated is not unknown
    when its answer is lost, but can be made again."""
    if isinstance(exc, discord.LoginFailure):
        return AuthenticationFailed(_LOGIN_REFUSED)
    if isinstance(exc, discord.RateLimited):
        return RateLimited("Discord's rate limit is used up", exc.retry_after)
    if isinstance(exc, discord.HTTPException):
        return _http_failure(exc)
    if isinstance(exc, aiohttp.ClientConnectorError):
        return PlatformUnavailable("Discord cannot be reached: check the network and DISCORD_API_URL")
    lost = PlatformUnavailable if may_be_repeated else DeliveryUnknown
    return lost("The connection to Discord broke before it answered")


def connection_failure(exc: BaseException | None) -> AdapterError:
    """Give the AdapterError for a gateway connection that ended."""
    if isinstance(exc, discord.PrivilegedIntentsRequired):
        return AdapterConfigurationError(_NO_INTENT)
    if isinstance(exc, discord.ConnectionClosed) and exc.code == _CLOSED_LOGIN_REFUSED:
        return AuthenticationFailed(_LOGIN_REFUSED)
    # Not only the documented exceptions: discord.py 2.7 raises AttributeError if its very first connection fails.
    return PlatformUnavailable("The connection to Discord's gateway ended: check the network and DISCORD_GATEWAY_URL")


def _http_failure(exc: discord.HTTPException) -> AdapterError:
    facts = f"HTTP {exc.status}, code {exc.code}"
    if exc.code == NO_DIRECT_MESSAGES:
        return DeliveryRefused("This person takes no direct messages of the bot, and Discord has no other way to them")
    if exc.status == 401:
        return AuthenticationFailed(_LOGIN_REFUSED)
    if exc.status == 429:
        return RateLimited(f"Discord asks to wait ({facts})", _retry_after_s(exc))
    if exc.status >= 500:
        return PlatformUnavailable(f"Discord has an outage ({facts}): see https://discordstatus.com")
    return DeliveryRefused(
        f"Discord refused the call ({facts}): check that the channel exists and that the bot has the permissions "
        "View Channel, Send Messages, Create Public Threads and Send Messages in Threads there"
    )


def _retry_after_s(exc: discord.HTTPException) -> float:
    try:
        return float(exc.response.headers["Retry-After"])
    except (KeyError, ValueError):
        return _DEFAULT_WAIT_S
