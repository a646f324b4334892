"""What stands in for an answer that the passages don't bear out."""

from __future__ import annotations

from assistant.excerpt import excerpt

MAX_QUOTE_CHARS = 500


def quoted(passage: str) -> str:
    """The beginning of a passage as a Markdown quote, for when nothing better can be said."""
    return f"> {excerpt(passage, MAX_QUOTE_CHARS)}"
