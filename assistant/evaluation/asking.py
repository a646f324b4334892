"""Puts many questions at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue

from assistant.evaluation.questions import Question
from assistant.evaluation.result import Result


def ask_all(questions: Sequence[Question], result_of: Callable[[Question], Result], at_once: int) -> Iterator[Result]:
    """The results as they come. What `result_of` raises ends it and is raised here; no further question is begun then,
    nor when the caller breaks off.

    Daemon threads: whoever presses Ctrl-C must not wait for a model that says nothing.
    """
    waiting: SimpleQueue[Question] = SimpleQueue()
    done: SimpleQueue[Result | BaseException] = SimpleQueue()
    stopping = threading.Event()
    for question in questions:
        waiting.put(question)

    def work() -> None:
        while not stopping.is_set():
            try:
                question = waiting.get_nowait()
            except Empty:
                return
            try:
                done.put(result_of(question))
            except BaseException as exc:  # noqa: BLE001 (it is raised where the results are waited for)
                done.put(exc)
                return

    for _ in range(min(at_once, len(questions))):
        threading.Thread(target=work, name="evaluation", daemon=True).start()
    try:
        for _ in questions:
            outcome = done.get()
            if isinstance(outcome, BaseException):
                raise outcome
            yield outcome
    finally:
        stopping.set()
