"""Slack's markup: https://docs.slack.dev/messaging/formatting-message-text (2026-11). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from adapters.dialect import LOOKALIKE_BACKTICK, ZERO_WIDTH_SPACE, Dialect, no_fence

_MARKS = "*_~`"
# Names of emoji, but not the minutes of "10:30:45".
_EMOJI = re.compile(r":(?=[a-z0-9_'+-]{1,100}:)(?!(?!100:|1234:)\d+:)", re.IGNORECASE)


class Mrkdwn(Dialect):
    """Slack makes links of bare domains, too. It has no way to write its marks as text."""

    marks: ClassVar[Mapping[str, str]] = {"strong": "*", "em": "_", "s": "~"}

    def plain(self, text: str) -> str:
        text = escape(text).replace("`", LOOKALIKE_BACKTICK)
        return _EMOJI.sub(f":{ZERO_WIDTH_SPACE}", text)

    def code(self, text: str) -> str:
        # A backtick can't stand in Slack's code span, and spaces at its ends make it none.
        return f"`{escape(text.strip()).replace('`', LOOKALIKE_BACKTICK)}`"

    def code_block(self, text: str, language: str) -> str:
        return f"```\n{no_fence(escape(text))}\n```"

    def link(self, url: str, words: str) -> str:
        address = url.replace("&", "&amp;").replace("|", "%7C")
        return f"<{address}|{self.plain(words)}>" if words else f"<{address}>"

    def heading(self, level: int, line: str) -> str:
        return f"*{line.strip()}*"

    def between(self, before: str, after: str) -> str:
        # A mark within a word, and Chinese is written without spaces, is none.
        is_close = (before[-1] in _MARKS and _is_word(after[0])) or (_is_word(before[-1]) and after[0] in _MARKS)
        return ZERO_WIDTH_SPACE if is_close or (before[-1] == after[0] and after[0] in _MARKS) else ""


def escape(text: str) -> str:
    """Give text in which Slack finds no control sequence."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
