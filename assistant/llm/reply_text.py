"""The text of a reply while it arrives, kept free of stop strings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.errors import RequestRefused


class ReplyText:
    """Collects pieces and hands them on, holding back what may turn out to be the beginning of a stop string.

    The text ends before the stop string that is complete first, wherever the pieces happen to be cut. What is handed to
    `on_text`, joined, is the text.
    """

    __slots__ = ("_firsts", "_held", "_on_text", "_pieces", "_stops", "stopped")

    def __init__(self, stops: Sequence[str], on_text: Callable[[str], None] | None) -> None:
        if "" in stops:
            raise RequestRefused("a stop string must not be empty: remove it")
        self._stops = tuple(stops)
        self._firsts = frozenset(stop[0] for stop in stops)
        self._held = ""
        self._on_text = on_text
        self._pieces: list[str] = []
        self.stopped = False

    def add(self, piece: str) -> None:
        """Take a piece; nothing after a stop string counts."""
        if self.stopped or not piece:
            return
        text = self._held + piece
        found = [(start + len(stop), start) for stop in self._stops if (start := text.find(stop)) >= 0]
        if found:
            self.stopped = True
            self._held = ""
            self._show(text[: min(found)[1]])
            return
        safe = self._safe_length(text)
        self._held = text[safe:]
        self._show(text[:safe])

    def finish(self) -> str:
        """The whole text, now that no more pieces come."""
        self._show(self._held)
        self._held = ""
        return "".join(self._pieces)

    def _safe_length(self, text: str) -> int:
        """How much of `text` can't belong to a stop string that ends later."""
        if self._firsts.isdisjoint(text):
            return len(text)
        longest = max(len(stop) for stop in self._stops) - 1
        for start in range(max(0, len(text) - longest), len(text)):
            if text[start] in self._firsts and any(stop.startswith(text[start:]) for stop in self._stops):
                return start
        return len(text)

    def _show(self, text: str) -> None:
        if not text:
            return
        self._pieces.append(text)
        if self._on_text is not None:
            self._on_text(text)
