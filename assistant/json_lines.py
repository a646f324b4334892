"""What commands print for programs: one JSON object a line."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping


def json_line(value: Mapping[str, object]) -> bytes:
    """The object without a line end. It never fails by what a text or number holds: half a character pair, which JSON
    can't hold, is escaped, and a number that is none (RFC 8259, section 6) becomes null."""
    try:
        line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError:
        line = json.dumps(_finite(value), ensure_ascii=False, allow_nan=False)
    return line.encode("utf-8", "backslashreplace")


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _finite(each) for name, each in value.items()}
    return [_finite(each) for each in value] if isinstance(value, list | tuple) else value
