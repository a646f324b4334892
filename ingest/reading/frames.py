"""What parent and child say to each other: JSON objects, each with its length in front of it.

Neither trusts the other's bytes: a length is checked before anything is read, and every value when it is taken out.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping

# Big-endian, the number of bytes that follow.
HEADER = struct.Struct(">I")


class FrameBroken(Exception):
    """What came is no frame, too long, or lacks a value."""


def encode(message: Mapping[str, object]) -> bytes:
    """The frame. Names of files may hold halves of character pairs, which JSON keeps."""
    payload = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return HEADER.pack(len(payload)) + payload


def length(header: bytes, max_bytes: int) -> int:
    """How many bytes follow. Raises FrameBroken above `max_bytes`."""
    count: int = HEADER.unpack(header)[0]
    if count > max_bytes:
        raise FrameBroken(f"a frame of {count} bytes")
    return count


def decode(payload: bytes) -> Mapping[str, object]:
    """The message. Raises FrameBroken."""
    try:
        message = json.loads(payload.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as exc:
        raise FrameBroken("no JSON") from exc
    if not isinstance(message, dict):
        raise FrameBroken("no object")
    return message


def text(message: Mapping[str, object], name: str, max_chars: int | None = None) -> str:
    """The value, a string. Raises FrameBroken."""
    value = message.get(name)
    if not isinstance(value, str) or (max_chars is not None and len(value) > max_chars):
        raise FrameBroken(f"no {name}")
    return value


def number(message: Mapping[str, object], name: str) -> int:
    """The value, an integer of 0 or more. Raises FrameBroken."""
    value = message.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise FrameBroken(f"no {name}")
    return value


def items(message: Mapping[str, object], name: str) -> list[object]:
    """The value, a list. Raises FrameBroken."""
    value = message.get(name)
    if not isinstance(value, list):
        raise FrameBroken(f"no {name}")
    return value
