"""Quoted messages, as WeChat puts them into the text: 「name：words」, a dashed line, and what is said to it."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_QUOTED_CHARS = 300

_QUOTE = re.compile(
    r"\A\s*「(?P<author>[^「」:：\n]{1,80})[:：]\s?(?P<words>.*?)」\s*\n(?:- ?){5,80}\n(?P<rest>.*)\Z", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Quoting:
    """A message with what it quotes; `author` is "" where it quotes nothing."""

    author: str
    words: str
    rest: str

    def with_quote(self, rest: str) -> str:
        """Give `rest` below the beginning of the quoted words."""
        words = " ".join(self.words.split())
        cut = words if len(words) <= MAX_QUOTED_CHARS else words[:MAX_QUOTED_CHARS] + "…"
        return f"> {self.author}: {cut}\n\n{rest}"


def read_quote(text: str) -> Quoting:
    """Part a text into what it quotes and what it says."""
    found = _QUOTE.match(text)
    if found is None:
        return Quoting("", "", text)
    return Quoting(found["author"].strip(), found["words"].strip(), found["rest"])
