"""An answer while it is being written: what of it may be seen already, and how often."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

FIRST_AFTER_S = 0.3
"""From the first token to the first words that are shown: a short answer is complete by then, and appears whole."""
FIRST_PAUSE_S = 1.2
LONGEST_PAUSE_S = 5.0
LOOK_AGAIN_S = 0.15
"""Where nothing may be seen yet: not at every token, as each look costs time."""
GROWTH = 1.4
"""Between two looks; platforms allow about one edit a second, of all messages of a channel together."""
AT_ONCE = 16
"""More answers than these appear whole: that many edits no platform allows, and the worker has better to do."""

# A citation that is not complete yet, and the word that is being written.
_UNFINISHED = re.compile(r"\s*\[[\d,; ]*\Z")
_LAST_WORD = re.compile(r"\s\S*\Z")


class GrowingText:
    """Takes the pieces of a generation as they come, and has them shown now and then. `present` makes of the text so
    far what people may see, "" for nothing yet."""

    def __init__(
        self,
        show: Callable[[str], None],
        present: Callable[[str], str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._show = show
        self._present = present
        self._clock = clock
        self._text = ""
        self._shown = ""
        self._pause_s = FIRST_PAUSE_S
        self._next_at: float | None = None

    def add(self, piece: str) -> None:
        """Take a piece, and show the text if it is time."""
        self._text += piece
        if self._next_at is None:
            self._next_at = self._clock() + FIRST_AFTER_S
        if self._clock() < self._next_at:
            return
        seen = self._present(whole_words(self._text))
        if not seen or seen == self._shown:
            self._next_at = self._clock() + LOOK_AGAIN_S
            return
        self._show(seen)
        self._shown = seen
        self._next_at = self._clock() + self._pause_s
        self._pause_s = min(self._pause_s * GROWTH, LONGEST_PAUSE_S)

    def restart(self, begun: str = "") -> None:
        """Forget the text but for what is `begun`: it is generated anew. What is shown stays until more is there."""
        self._text = begun


def whole_words(text: str) -> str:
    """The text up to the last word that is complete; of a script without spaces, all of it."""
    kept = _UNFINISHED.sub("", text)
    if kept == text and not text[-1:].isspace():
        shorter = _LAST_WORD.sub("", text)
        kept = text if shorter == text and not text.isascii() else shorter if shorter != text else ""
    return kept.strip()


class Places:
    """At most `at_once` answers are shown while they are written; as long as more are at work, none is begun to be."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._at_work = 0
        self._lock = threading.Lock()

    @contextmanager
    def one(self) -> Iterator[bool]:
        """Whether the answer that is made as long as the block runs may be shown while it is written."""
        with self._lock:
            self._at_work += 1
            is_mine = self._at_work <= self._at_once
        try:
            yield is_mine
        finally:
            with self._lock:
                self._at_work -= 1
