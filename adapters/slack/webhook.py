"""Is this HTTP request Slack's? Checked on the raw bytes, before anything parses them."""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Callable, Mapping

from slack_sdk.signature import SignatureVerifier

from adapters.base import WebhookResponse
from adapters.slack.body import MAX_BODY_BYTES

# https://docs.slack.dev/authentication/verifying-requests-from-slack (2026-11)
MAX_AGE_S = 300
TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)


def refusal(
    signing_secret: str, headers: Mapping[str, str], body: bytes, now: Callable[[], float] = time.time
) -> WebhookResponse | None:
    """Give the answer to a request that is not Slack's, or None where it is; `headers` have lower-case names."""
    if len(body) > MAX_BODY_BYTES:
        return WebhookResponse(413, "body too large")
    timestamp = headers.get("x-slack-request-timestamp", "")
    if not TIMESTAMP.fullmatch(timestamp) or abs(now() - int(timestamp)) > MAX_AGE_S:
        return WebhookResponse(401, "timestamp missing or too old")
    if not _is_signed(signing_secret, timestamp, headers.get("x-slack-signature", ""), body):
        return WebhookResponse(401, "signature does not match")
    return None


def _is_signed(signing_secret: str, timestamp: str, signature: str, body: bytes) -> bool:
    try:
        expected = SignatureVerifier(signing_secret).generate_signature(timestamp=timestamp, body=body)
    except UnicodeDecodeError:  # Slack signs UTF-8 only
        return False
    # As bytes: the comparison in constant time refuses text that is not ASCII.
    return expected is not None and hmac.compare_digest(expected.encode(), signature.encode(errors="replace"))
