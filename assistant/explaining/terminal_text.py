"""Text of people and documents for a terminal: shown as it is, and never obeyed."""

from __future__ import annotations

import re

from rich.text import Text

# Escape sequences and what turns the direction of writing; rich takes only markup literally in a Text.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """The text with a mark in place of each character that could command the terminal; lines and tabs are kept."""
    return _UNSEEN.sub("\ufffd", text.replace("\r\n", "\n"))


def shown(text: str, style: str = "") -> Text:
    """The text for rich, in which nothing is markup."""
    return Text(visible(text), style=style)
