"""Cut a long text into messages that a platform takes, at the places where a reader would."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from functools import cached_property

from adapters.clusters import whole_cluster

CLOSE = "\n```"
SMALLEST_MAX_CHARS = 64
# A fence, with its language where it opens a block on a line of its own.
FENCE = re.compile(r"```([\w+#.-]{1,20}(?=[ \t]*\n))?")
# Best place first; each match ends where the next part may begin.
BREAKS = tuple(re.compile(pattern) for pattern in (r"\n[ \t]*\n", r"\n", r"[.!?…]\s|[。！？]", r"\s"))
BLANK_LINES = re.compile(r"(?:[^\S\n]*\n)*")
SPACE = re.compile(r"\s*")
CLOSING_FENCE = re.compile(r"\s*```\s*")
OPEN_FENCE_AT_END = re.compile(r"```[\w+#.-]{0,20}\s*\Z")
QUOTE = "> "


def split_text(
    text: str, max_chars: int, length: Callable[[str], int] = len, atoms: re.Pattern[str] | None = None
) -> list[str]:
    """Give the text in parts of at most `max_chars` by `length`: none empty, every word there, in order.

    Cuts fall at a paragraph, line, sentence or word, in this order of preference, and rather between code blocks than
    in them; only a word longer than a part is cut inside. Every ``` counts as the start or the end of a code block: a
    block that goes on in the next part is closed and opened again, and so is a line that begins with "> ". What `atoms`
    matches (a link, an entity) is not cut either, if it fits a part. `length` counts at least one for each character.
    Where a part ends depends on the text before its limit only. Blank text gives no parts.
    """
    if max_chars < SMALLEST_MAX_CHARS:
        raise ValueError(f"max_chars must be at least {SMALLEST_MAX_CHARS}, to hold a code fence and some text")
    return list(_Splitter(text.replace("\r\n", "\n").strip(), max_chars, length, atoms).parts())


class _Splitter:
    """A text, and the part of it that is still to be cut: from `start` on, with `opening` before it, which is the first
    line of a code block (`fence`) or a quote's mark."""

    def __init__(self, text: str, max_chars: int, length: Callable[[str], int], atoms: re.Pattern[str] | None) -> None:
        self._text, self._max_chars, self._length = text, max_chars, length
        self._fences = [(match.start(), match.group()) for match in FENCE.finditer(text)]
        self._atoms = [match.span() for match in atoms.finditer(text)] if atoms else []
        self._start, self._fence, self._opening = 0, "", ""

    def parts(self) -> list[str]:
        parts = []
        while self._start < len(self._text):
            cut = self._cut()
            head = self._text[self._start : cut].rstrip()
            end = self._start + len(head)
            fence = self._fence_at(end)
            parts.append(self._opening + head + (CLOSE if fence else ""))
            self._go_on(cut, fence)
        return parts

    def _go_on(self, cut: int, fence: str) -> None:
        """Leave out blank space between two parts, and a block's end that would now close nothing."""
        was_in_line = self._text[cut - 1] != "\n"
        line = self._text.rfind("\n", 0, cut) + 1
        if fence:
            self._start = _end(BLANK_LINES, self._text, cut)
            closing = CLOSING_FENCE.match(self._text, self._start)
            if closing or not self._text[self._start :].strip():
                self._start, fence = closing.end() if closing else len(self._text), ""
        else:
            self._start = _end(SPACE, self._text, cut)
        self._fence = fence
        goes_on_quoting = was_in_line and not fence and self._text.startswith(QUOTE, line)
        self._opening = f"{fence}\n" if fence else QUOTE if goes_on_quoting else ""

    def _cut(self) -> int:
        """Give where the part ends."""
        room = self._max_chars - self._length(self._opening)
        if len(self._text) - self._start <= room:
            closing = CLOSE if self._fence_at(len(self._text)) else ""
            if self._length(self._text[self._start :] + closing) <= room:
                return len(self._text)
        window = self._window(room - self._length(CLOSE))
        for position in (*self._breaks(window), window):
            cut = self._before_open_fence(self._outside(position))
            if self._text[self._start : cut].strip():
                return cut
        whole = whole_cluster(self._text, window)
        return whole if whole > self._start else window

    def _window(self, room: int) -> int:
        low, high = self._start + 1, min(len(self._text), self._start + room)
        while low < high:
            middle = (low + high + 1) // 2
            fits = self._length(self._text[self._start : middle]) <= room
            low, high = (middle, high) if fits else (low, middle - 1)
        return low

    def _breaks(self, window: int) -> list[int]:
        """Give the last break of each kind: those that fill at least half of the part first, then the rest."""
        found = [self._last_breaks(kind, window) for kind in BREAKS]
        if self._text[window : window + 1].isspace():
            found.append((window, window))
        half = self._start + (window - self._start) // 2
        # Outside code blocks before inside, but a line of code rather than within a sentence.
        order = [found[0][0], found[1][0], found[0][1], found[1][1], *(last for _, last in found[2:])]
        return [p for p in order if p >= half] + [p for p in reversed(order) if self._start < p < half]

    def _last_breaks(self, kind: re.Pattern[str], window: int) -> tuple[int, int]:
        """Give the last break outside of code, and the last of all; 0 for none."""
        positions = [match.end() for match in kind.finditer(self._text, self._start, window)]
        outside = next((p for p in reversed(positions) if not self._fence_at(p)), 0)
        return outside, positions[-1] if positions else 0

    def _outside(self, position: int) -> int:
        """Give the nearest place up to `position` that is in no atom, no run of backticks and no joined character."""
        text = self._text
        while self._start < position < len(text) and text[position] == text[position - 1] == "`":
            position -= 1
        before = bisect_left(self._atoms, (position, 0)) - 1
        if before >= 0 and self._atoms[before][0] < position < self._atoms[before][1]:
            position = self._atoms[before][0]
        return whole_cluster(text, position)

    def _before_open_fence(self, cut: int) -> int:
        """Move a cut that would leave an opened, empty code block at the end to before that block."""
        match = OPEN_FENCE_AT_END.search(self._text, max(self._start, cut - 40), cut)
        return match.start() if match is not None and self._fence_at(cut) else cut

    def _fence_at(self, position: int) -> str:
        """Give the opening line of the code block that is open at that place, "" for none."""
        first = bisect_left(self._fence_starts, self._start)
        count = bisect_right(self._fence_starts, position - 3) - first
        if count <= 0:
            return self._fence
        opens = (count + bool(self._fence)) % 2 == 1
        return self._fences[first + count - 1][1] if opens else ""

    @cached_property
    def _fence_starts(self) -> list[int]:
        return [start for start, _ in self._fences]


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position
