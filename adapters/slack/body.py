"""The body of an HTTP request as the payload in it. Pure; what is too deep or too much is never parsed."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qsl

MAX_BODY_BYTES = 1024 * 1024
# Slack's own payloads nest about a dozen deep, a table of fifty blocks has some thousand lists and objects.
MAX_DEPTH = 64
MAX_CONTAINERS = 50_000
MAX_FIELDS = 100
FORM = "application/x-www-form-urlencoded"
# A text, up to its end or that of the body. Possessive: no text makes the search go back and begin again.
TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
OPENING, CLOSING = b"[{", b"]}"
NOT_BRACKETS = bytes(set(range(256)) - set(OPENING + CLOSING))


def payload_in(body: bytes, content_type: str) -> dict[str, object] | None:
    """Give the object that Slack sent as JSON, or as a form with its fields or with JSON as its `payload`; None where
    there is none, or an event in it that is none."""
    payload = _form(body) if content_type.partition(";")[0].strip().lower() == FORM else json_object(body)
    # Bolt fails on such an event, outside of its own error handling.
    return payload if payload is not None and isinstance(payload.get("event", {}), dict) else None


def json_object(text: bytes) -> dict[str, object] | None:
    """Give the JSON object, or None where there is none, or one that would cost too much."""
    if not is_modest(text):
        return None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _form(body: bytes) -> dict[str, object] | None:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        return None
    fields: dict[str, object] = dict(pairs)
    # Which of two fields counts would be a matter of who reads them.
    if not fields or len(fields) != len(pairs):
        return None
    payload = fields.get("payload")
    return json_object(payload.encode()) if isinstance(payload, str) else fields


def is_modest(text: bytes) -> bool:
    """Whether the lists and objects in the JSON text are neither too many nor too deep."""
    brackets = TEXT.sub(b"", text).translate(None, NOT_BRACKETS)
    if len(brackets) > 2 * MAX_CONTAINERS:
        return False
    depth = 0
    for bracket in brackets:
        depth += 1 if bracket in OPENING else -1
        if depth > MAX_DEPTH:
            return False
    return True
