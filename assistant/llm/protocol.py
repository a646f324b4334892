"""What the clients of all model servers share: JSON bodies, event streams, and what a refusal may be quoted with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from time import time
from typing import TypeGuard

import orjson

from assistant.errors import GenerationIncomplete, ModelUnavailable, RequestRefused
from assistant.llm.connection import ConnectionLost
from assistant.llm.sse import EventParser
from assistant.llm.transport import Response

JsonObject = dict[str, object]

_MAX_QUOTED_CHARS = 200
_ECHO_CHARS = 16


def encode(body: Mapping[str, object]) -> bytes:
    """The JSON of a request. Raises RequestRefused for half a surrogate pair, which no server can take."""
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError as exc:
        raise RequestRefused("the prompt holds half a surrogate pair: clean the text before it is rendered") from exc


def decode(data: str | bytes, url: object) -> JsonObject:
    """The JSON object in `data`. Raises ModelUnavailable if it holds anything else."""
    value = decode_any(data, url)
    if not is_object(value):
        raise ModelUnavailable(f"{url} answered with something other than its protocol: check what listens there")
    return value


def decode_any(data: str | bytes, url: object) -> object:
    """The JSON value in `data`. Raises ModelUnavailable if it holds none."""
    try:
        value: object = orjson.loads(data)
    except orjson.JSONDecodeError as exc:
        raise ModelUnavailable(f"{url} did not answer with JSON: check what listens there") from exc
    return value


def is_object(value: object) -> TypeGuard[JsonObject]:
    """Whether `value` is a JSON object (whose keys are strings by the format)."""
    return isinstance(value, dict)


def object_at(value: object, key: str) -> JsonObject:
    """The object under `key`, {} where there is none."""
    found = value.get(key) if is_object(value) else None
    return found if is_object(found) else {}


def text_at(value: object, *keys: str) -> str:
    """The first non-empty text under one of `keys`, "" where there is none."""
    if is_object(value):
        for key in keys:
            if isinstance(found := value.get(key), str) and found:
                return found
    return ""


def count_at(value: object, key: str) -> int | None:
    """The whole number of 0 or more under `key`, None where there is none."""
    found = value.get(key) if is_object(value) else None
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None


def read_events(response: Response, url: object) -> Iterator[str]:
    """The data of each event of a stream. Raises GenerationIncomplete when the connection breaks in the middle."""
    if not response.headers.get("content-type", "").startswith("text/event-stream"):
        raise ModelUnavailable(f"{url} answered without a stream of events: check what listens there")
    parser = EventParser()
    try:
        for chunk in response.chunks():
            yield from parser.feed(chunk)
    except ConnectionLost as exc:
        raise GenerationIncomplete("the model server's stream was cut before its end") from exc


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """The seconds that a Retry-After header asks for (a number, or a date), None without a usable one."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time())
    except (ValueError, TypeError, OverflowError):
        return None


def quotable(message: str, prompt: str) -> str:
    """A server's message, fit for an error: one short line, left out when it repeats a part of the prompt.

    Errors are logged and prompts must not be, but some servers quote what they refuse.
    """
    line = " ".join("".join(char if char.isprintable() else " " for char in message[: 4 * _MAX_QUOTED_CHARS]).split())
    line = line[:_MAX_QUOTED_CHARS]
    echoes = any(line[at : at + _ECHO_CHARS] in prompt for at in range(max(0, len(line) - _ECHO_CHARS + 1)))
    return "(its message repeats the prompt)" if echoes else line or "(no message)"
