"""A reply's text and its footer as messages: cut to size, numbered if there are several. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adapters.base import RenderedPart, Reply
from adapters.split_text import split_text

# Shows that more is coming.
UNFINISHED = " …"
_PARAGRAPHS = "\n\n"


def plain_number(number: int, count: int) -> str:
    return f"({number}/{count})"


@dataclass(frozen=True, slots=True)
class PartRules:
    """What a platform takes for one message: `max_chars` by its own `length`; `atoms` is never cut. `number` gives the
    last line of a part among several."""

    max_chars: int
    length: Callable[[str], int] = len
    atoms: re.Pattern[str] | None = None
    number: Callable[[int, int], str] = plain_number


def in_parts(reply: Reply, body: str, footer: Sequence[str], rules: PartRules) -> tuple[RenderedPart, ...]:
    """Give the messages: `body` is the text in the platform's markup, `footer` its last lines, none of
    which is cut.

    A preview has no footer, no buttons and no numbers, as these change while the text grows; its parts end where those
    of the longer text will.
    """
    texts = _texts(body, () if reply.is_preview else footer, rules)
    if reply.is_preview:
        texts[-1] += UNFINISHED if not texts[-1].endswith("```") else f"\n{UNFINISHED.strip()}"
    elif len(texts) > 1:
        texts = [f"{text}\n{rules.number(number, len(texts))}" for number, text in enumerate(texts, 1)]
    *before, last = (RenderedPart(text, is_preview=reply.is_preview) for text in texts)
    return (*before, RenderedPart(last.text, () if reply.is_preview else reply.buttons, reply.is_preview))


def _texts(body: str, footer: Sequence[str], rules: PartRules) -> list[str]:
    """Give the parts with room for their numbers, also where there is none yet: or they would end elsewhere as soon as
    a second one comes."""
    most = 99
    while True:
        room = rules.max_chars - max(rules.length(f"\n{rules.number(most, most)}"), rules.length(UNFINISHED))
        texts = _with_footer(split_text(body, room, rules.length, rules.atoms), footer, room, rules.length)
        if len(texts) <= most:
            return texts
        most = most * 10 + 9


def _with_footer(texts: list[str], footer: Sequence[str], room: int, length: Callable[[str], int]) -> list[str]:
    """Put the footer below the last part; if there is no room, on a part of its own, and the last paragraph with it."""
    if not footer:
        return texts
    below = _PARAGRAPHS + "\n".join(footer)
    if length(texts[-1] + below) <= room:
        return [*texts[:-1], texts[-1] + below]
    head, _, paragraph = texts[-1].rpartition(_PARAGRAPHS)
    if head.strip() and "```" not in paragraph and length(paragraph + below) <= room:
        return [*texts[:-1], head.rstrip(), paragraph + below]
    return [*texts, *_packed(footer, room, length)]


def _packed(lines: Sequence[str], room: int, length: Callable[[str], int]) -> list[str]:
    texts: list[str] = []
    for line in lines:
        if texts and length(f"{texts[-1]}\n{line}") <= room:
            texts[-1] += f"\n{line}"
        else:
            texts += [line] if length(line) <= room else split_text(line, room, length)
    return texts
