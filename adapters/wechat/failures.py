"""gRPC's exceptions as AdapterError, with advice to the operator. Never holds message text nor what a gateway says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from grpclib.const import Status
from grpclib.exceptions import GRPCError, ProtocolError, StreamTerminatedError
from h2.exceptions import H2Error

from adapters.errors import (
    AdapterError,
    AuthenticationFailed,
    DeliveryRefused,
    DeliveryUnknown,
    PlatformUnavailable,
    RateLimited,
)
from adapters.wechat.endpoint import ENDPOINT_SETTING, TOKEN_SETTING

TOKEN_REFUSED = f"The Wechaty gateway refused the token: set {TOKEN_SETTING} to the token that the gateway runs with"
# WeChat tells no time; it bars accounts that send too much.
_WAIT_S = 30.0

# The gateway looked at the call and did not begin with it.
_REFUSED = {
    Status.INVALID_ARGUMENT,
    Status.NOT_FOUND,
    Status.FAILED_PRECONDITION,
    Status.OUT_OF_RANGE,
    Status.UNIMPLEMENTED,
}


# betterproto asserts that an answer has a message, also where its end tells why it has none.
BROKEN = (GRPCError, StreamTerminatedError, ProtocolError, H2Error, OSError, AssertionError, UnicodeDecodeError)


class AnswerUnreadable(AdapterError):
    """The gateway's answer holds what is no text; asking again gives the same."""


class GatewayBusy(PlatformUnavailable):
    """The gateway has a client already: each takes one at a time."""


@contextmanager
def translated(*, may_be_repeated: bool = True) -> Iterator[None]:
    """Turn what a call to the gateway raises into AdapterError.

    A call that may not be repeated (a send) is DeliveryUnknown as soon as its request may have been written.
    """
    try:
        yield
    except BROKEN as exc:
        raise call_failure(exc, may_be_repeated) from exc


def call_failure(exc: Exception, may_be_repeated: bool) -> AdapterError:
    """Give the AdapterError for a failed call."""
    if isinstance(exc, GRPCError):
        return _answered(exc.status, may_be_repeated)
    if isinstance(exc, UnicodeDecodeError) and may_be_repeated:
        return AnswerUnreadable("The Wechaty gateway's answer cannot be read: it is not UTF-8")
    # TimeoutError is an OSError; every other OSError is raised while connecting, before anything is sent.
    if isinstance(exc, OSError) and not isinstance(exc, TimeoutError):
        return PlatformUnavailable(f"The Wechaty gateway cannot be reached: check that it runs, and {ENDPOINT_SETTING}")
    lost = PlatformUnavailable if may_be_repeated else DeliveryUnknown
    return lost("The Wechaty gateway did not answer in time, or the connection broke before it did")


def _answered(status: Status, may_be_repeated: bool) -> AdapterError:
    facts = f"gRPC status {status.name}"
    if status in {Status.UNAUTHENTICATED, Status.PERMISSION_DENIED}:
        return AuthenticationFailed(TOKEN_REFUSED)
    if status is Status.ALREADY_EXISTS:
        return GatewayBusy("Another client is connected to the Wechaty gateway, which takes one at a time")
    if status is Status.RESOURCE_EXHAUSTED:
        return RateLimited(f"The Wechaty gateway asks to wait ({facts})", _WAIT_S)
    if status in _REFUSED:
        return DeliveryRefused(f"The Wechaty gateway refused the call ({facts}): see the gateway's own log")
    # Gateways tell every failure of their connection to WeChat as UNKNOWN, also one after the message was sent.
    lost = PlatformUnavailable if may_be_repeated else DeliveryUnknown
    return lost(f"The Wechaty gateway failed ({facts}): see the gateway's own log")
