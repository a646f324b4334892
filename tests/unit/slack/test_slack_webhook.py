"""Requests that are not Slack's are told from the raw bytes."""

from __future__ import annotations

import pytest

from adapters.slack.body import MAX_BODY_BYTES
from adapters.slack.webhook import refusal
from tests.fakes.slack_delivery import signed_headers

SECRET = "secret"
NOW = 1_700_000_000
BODY = b'{"type":"event_callback"}'


def status(headers: dict[str, str], body: bytes = BODY) -> int:
    answer = refusal(SECRET, headers, body, now=lambda: NOW)
    return answer.status if answer is not None else 200


def headers(timestamp: str = str(NOW), body: bytes = BODY, secret: str = SECRET) -> dict[str, str]:
    return signed_headers(secret, body, timestamp)


@pytest.mark.parametrize("age_s", [0, 299, -299])
def test_signed_request_is_taken(age_s: int) -> None:
    """Clocks may differ by up to five minutes, either way."""
    assert status(headers(str(NOW - age_s))) == 200


@pytest.mark.parametrize(
    "timestamp", ["", "soon", "-5", "1e9", "1_700_000_000", "١٧٠٠٠٠٠٠٠٠", "9" * 400, str(NOW - 301), str(NOW + 301)]
)
def test_timestamp_missing_odd_or_far_is_refused(timestamp: str) -> None:
    """A recorded request can't be played again, and no odd number crashes the check."""
    assert status(headers(timestamp)) == 401


@pytest.mark.parametrize("signature", ["", "v0=", "v0=" + "0" * 64, "v1=" + "0" * 64, "v0=é" + "0" * 63, "0" * 64])
def test_wrong_signature_is_refused(signature: str) -> None:
    """Neither a missing nor a malformed one passes."""
    assert status(headers() | {"x-slack-signature": signature}) == 401


def test_signature_of_another_secret_or_body_is_refused() -> None:
    """The signature covers secret and body."""
    assert status(headers(secret="other")) == 401
    assert status(headers(), BODY + b" ") == 401


def test_body_that_is_no_text_is_refused() -> None:
    """Slack signs UTF-8 only."""
    assert status(headers(body=b"\xff"), b"\xff") == 401


def test_body_over_the_limit_is_refused_before_its_signature() -> None:
    """Nobody can make us hash without bound."""
    assert status({}, b"x" * (MAX_BODY_BYTES + 1)) == 413
