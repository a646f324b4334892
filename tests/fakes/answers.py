"""The answering part of a worker, without model and store: it answers at once, waits, or fails, as it is told."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from assistant.conversations.model import Answer, Lease, PastTurn, PendingMessage, Trace
from assistant.worker import Show

APOLOGY = "I'm sorry."


class ScriptedAnswers:
    """Answers "re: <text>", or what is `scripted` for the text. `failures` are raised first, by text; a text in `held`
    waits for its event.

    `begun` and `ended` list texts in order; `histories` what was given with each.
    """

    def __init__(self) -> None:
        self.failures: dict[str, list[Exception]] = {}
        self.scripted: dict[str, Answer] = {}
        self.held: dict[str, threading.Event] = {}
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.histories: dict[str, list[PastTurn]] = {}
        self._changed = threading.Condition()

    def hold(self, text: str) -> threading.Event:
        """Keep the answer to that text back until the event is set."""
        self.held[text] = threading.Event()
        return self.held[text]

    def answer(
        self, message: PendingMessage, history: Sequence[PastTurn], lease: Lease, show: Show | None = None
    ) -> Answer:
        self.histories[message.text] = list(history)
        self._note(self.begun, message.text)
        if message.text in self.held and not self.held[message.text].wait(30):
            raise TimeoutError("the test never let this answer go on")
        if self.failures.get(message.text):
            raise self.failures[message.text].pop(0)
        self._note(self.ended, message.text)
        return self.scripted.get(message.text) or Answer(f"re: {message.text}", "answered", (), Trace())

    def apologise(self, message: PendingMessage, lease: Lease, error: Exception) -> Answer:
        return Answer(APOLOGY, "failed", (), Trace(error=type(error).__name__), is_dead=True)

    def wait_begun(self, text: str, timeout_s: float = 20) -> bool:
        """Whether that text's answer was begun, waiting for it if need be."""
        with self._changed:
            return self._changed.wait_for(lambda: text in self.begun, timeout_s)

    def _note(self, where: list[str], text: str) -> None:
        with self._changed:
            where.append(text)
            self._changed.notify_all()
