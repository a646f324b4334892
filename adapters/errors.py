"""What can go wrong at a chat platform, told so that the caller can act without reading prose."""

from __future__ import annotations


class AdapterError(Exception):
    """Base of every error raised by `adapters`.

    `retryable`: the same call may succeed later, and repeating it can't show the reply twice.
    """

    retryable = False


class AdapterConfigurationError(AdapterError):
    """A token, secret or setting of the platform is missing or refused; the message names the setting."""


class PlatformUnavailable(AdapterError):
    """The platform could not be reached, or failed before it accepted the call (connect error, 5xx)."""

    retryable = True


class RateLimited(AdapterError):
    """The platform asks to wait `retry_after_s` seconds before the next call."""

    retryable = True

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class DeliveryUnknown(AdapterError):
    """The call may or may not have been accepted (the answer was lost). Repeat it only where
    `Capabilities.idempotent_send` holds; elsewhere the delivery is marked `unknown` and never sent again."""


class DeliveryRefused(AdapterError):
    """The platform will never accept this call: no access to the channel, thread gone, message invalid."""


class AuthenticationFailed(AdapterError):
    """The token was revoked or is wrong: this platform stops, the others go on."""
