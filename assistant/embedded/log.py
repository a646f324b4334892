"""Reading the last words of a server from its log."""

from __future__ import annotations

import re
from pathlib import Path

_TAIL_BYTES = 16_384
_MAX_CHARS = 300


def last_words(log: Path, telling: str = "") -> str:
    """The first line of the log's end that matches the pattern `telling` (what follows an error is its echo), else the
    last line; printable, and cut to a length that fits an error message."""
    lines = [line.strip() for line in _tail(log).splitlines() if line.strip()] or ["its log is empty"]
    matching = (line for line in lines if telling and re.search(telling, line))
    found = next(matching, lines[-1])
    return "".join(char if char.isprintable() else " " for char in found)[:_MAX_CHARS]


def _tail(log: Path) -> str:
    try:
        with log.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _TAIL_BYTES))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
