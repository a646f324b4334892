"""Results as lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping


def json_line(value: Mapping[str, object]) -> bytes:
    """Without the line end. What JSON itself can't hold (half a character pair) is escaped, so that it never fails."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "backslashreplace")
