"""Threads that answer: so many at once and no more, and none that a stopping process has to wait for."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from assistant.answer_threads import AnswerThreads


def test_no_more_are_at_work_than_may_be() -> None:
    """The next one waits for room; whoever hands ids on waits with it."""
    leave, begun = threading.Event(), threading.Semaphore(0)
    seen: list[int] = []

    def answer(message_id: int) -> None:
        seen.append(message_id)
        begun.release()
        leave.wait(10)

    threads = AnswerThreads(2, answer)
    threads.submit(1)
    threads.submit(2)
    third = threading.Thread(target=threads.submit, args=(3,))
    third.start()
    assert begun.acquire(timeout=10)
    assert begun.acquire(timeout=10)
    assert not begun.acquire(timeout=0.2)
    leave.set()
    assert begun.acquire(timeout=10)
    third.join()
    assert threads.stop(time.monotonic() + 10)
    assert sorted(seen) == [1, 2, 3]


def test_failure_gives_its_room_back() -> None:
    """Whatever an answer raises, the next one runs."""
    done = threading.Semaphore(0)

    def answer(_: int) -> None:
        done.release()
        raise RuntimeError("no such luck")

    threads = AnswerThreads(1, answer)
    for number in range(3):
        threads.submit(number)
        assert done.acquire(timeout=10)
    assert threads.stop(time.monotonic() + 10)


def test_machine_without_threads_costs_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever hands ids on goes on, and the next message has its place."""
    seen: list[int] = []
    threads = AnswerThreads(1, seen.append)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", _no_thread)
        for number in range(3):
            threads.submit(number)
    threads.submit(3)
    assert threads.stop(time.monotonic() + 10)
    assert seen == [3]


def _no_thread(_: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_nothing_is_begun_while_stopping() -> None:
    """Its wake-up comes again."""
    seen: list[int] = []
    threads = AnswerThreads(1, seen.append)
    assert threads.stop(time.monotonic())
    threads.submit(1)
    assert seen == []


def test_process_ends_although_an_answer_hangs() -> None:
    """A model that says nothing does not keep a worker that was told to stop."""
    code = (
        "import threading, time\n"
        "from assistant.answer_threads import AnswerThreads\n"
        "threads = AnswerThreads(1, lambda _: threading.Event().wait())\n"
        "threads.submit(1)\n"
        "print(threads.stop(time.monotonic() + 0.1))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "False\n"
