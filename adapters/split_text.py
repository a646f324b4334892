"""Cut a long text into messages that a platform takes, at the places where a reader would."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

CLOSE = "\n```"
SMALLEST_MAX_CHARS = 64
# A fence, with its language where it opens a block on a line of its own.
FENCE = re.compile(r"```([\w+#.-]{1,20}(?=[ \t]*\n))?")
# Best place first; each match ends where the next part may begin.
BREAKS = tuple(re.compile(pattern) for pattern in (r"\n[ \t]*\n", r"\n", r"[.!?…]\s|[。！？]", r"\s"))
BLANK_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")
OPEN_FENCE_AT_END = re.compile(r"```[\w+#.-]{0,20}\s*\Z")
# Zero-width joiner, variation selectors, keycap, skin tones: they belong to the character before.
JOINED = re.compile("[\u200d\ufe00-\ufe0f\u20e3\U0001f3fb-\U0001f3ff]")
LONGEST_CLUSTER = 32


def split_text(
    text: str, max_chars: int, length: Callable[[str], int] = len, atoms: re.Pattern[str] | None = None
) -> list[str]:
    """Give the text in parts of at most `max_chars` by `length`: none empty, every word there, in order.

    Cuts fall at a paragraph, line, sentence or word, in this order of preference; only a word longer than a part is
    cut inside. Every ``` counts as the start or the end of a code block, and a block that goes on in the next part is
    closed and opened again. What `atoms` matches (a link, an entity) is not cut either, if it fits a part.
    `length` must not shrink when text is added. Blank text gives no parts.
    """
    if max_chars < SMALLEST_MAX_CHARS:
        raise ValueError(f"max_chars must be at least {SMALLEST_MAX_CHARS}, to hold a code fence and some text")
    parts: list[str] = []
    fence, rest = "", text.replace("\r\n", "\n").strip()
    while rest:
        opening = f"{fence}\n" if fence else ""
        cut = _cut(rest, max_chars - length(opening), length, fence, atoms)
        head, rest = rest[:cut].rstrip(), rest[cut:]
        fence = _fence_after(head, fence)
        parts.append(opening + head + (CLOSE if fence else ""))
        fence, rest = _start_of_next(fence, rest)
    return parts


def _cut(rest: str, room: int, length: Callable[[str], int], fence: str, atoms: re.Pattern[str] | None) -> int:
    """Give where the next part ends, when `room` characters are left for it and its closing fence."""
    closing = CLOSE if _fence_after(rest, fence) else ""
    if length(rest + closing) <= room:
        return len(rest)
    window = _longest_prefix(rest, room - length(CLOSE), length)
    for position in (*_breaks(rest, window), window):
        cut = _before_open_fence(rest, _outside(rest, position, atoms))
        if rest[:cut].strip():
            return cut
    return _whole_cluster(rest, window)


def _longest_prefix(text: str, room: int, length: Callable[[str], int]) -> int:
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if length(text[:middle]) <= room else (low, middle - 1)
    return low


def _breaks(text: str, window: int) -> list[int]:
    """Give the last break of each kind: those that fill at least half of the part first, then the rest."""
    last = [max((match.end() for match in pattern.finditer(text, 0, window)), default=0) for pattern in BREAKS]
    if text[window : window + 1].isspace():
        last.append(window)
    found = [position for position in last if position > 0]
    return [p for p in found if p >= window // 2] + [p for p in reversed(found) if p < window // 2]


def _outside(text: str, position: int, atoms: re.Pattern[str] | None) -> int:
    """Give the nearest place up to `position` that is in no atom, no run of backticks and no joined character."""
    while 0 < position < len(text) and text[position] == text[position - 1] == "`":
        position -= 1
    if atoms is not None:
        inside = (m for m in atoms.finditer(text, 0) if m.start() < position < m.end())
        position = next((match.start() for match in inside), position)
    return _whole_cluster(text, position)


def _whole_cluster(text: str, position: int) -> int:
    for cut in range(position, max(0, position - LONGEST_CLUSTER), -1):
        if cut >= len(text) or not (_joins(text[cut]) or text[cut - 1] == "\u200d"):
            return cut
    return position


def _joins(character: str) -> bool:
    return bool(unicodedata.combining(character) or JOINED.match(character))


def _before_open_fence(text: str, cut: int) -> int:
    """Move a cut that would leave an opened, empty code block at the end to before that block."""
    match = OPEN_FENCE_AT_END.search(text, max(0, cut - 40), cut)
    if match is None or not _fence_after(text[:cut], ""):
        return cut
    return match.start()


def _fence_after(text: str, fence: str) -> str:
    """Give the opening line of the code block that is open after `text`, "" for none; `fence` was open before it."""
    for match in FENCE.finditer(text):
        fence = "" if fence else match.group()
    return fence


def _start_of_next(fence: str, rest: str) -> tuple[str, str]:
    """Drop blank space between two parts, and a block's end that would now close nothing."""
    if not fence:
        return "", rest.lstrip()
    rest = BLANK_LINES.sub("", rest)
    if rest.lstrip().startswith("```"):
        return "", rest.lstrip().removeprefix("```").lstrip()
    return fence, rest if rest.strip() else ""
