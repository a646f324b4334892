"""One thread that reads for many streams.

A thread that is woken for every token of its stream spends most of its time on being woken: with a hundred streams that
cost more than all else. A model server makes a token for all its streams at once, so one thread finds them together.
"""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Callable

_IDLE_S = 5.0


class Gatherer:
    """Reads from sockets for callers that wait. Its thread begins with the first, and ends some time after the last."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def gather(self, sock: socket.socket, receive: Callable[[], bool], timeout_s: float) -> None:
        """Have `receive` called whenever the socket has bytes, until it tells that there is no more to wait for, or
        until the time is over. What it raises is raised here. The socket must not block."""
        if receive():
            return
        turn = _Turn(sock, receive)
        with self._lock:
            self._selector.register(sock, selectors.EVENT_READ, turn)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="gatherer", daemon=True)
                self._thread.start()
        try:
            turn.done.wait(timeout_s)
        finally:
            self._forget(turn)
            turn.end()
        if turn.error is not None:
            raise turn.error

    def _run(self) -> None:
        while True:
            ready = self._selector.select(_IDLE_S)
            for key, _ in ready:
                key.data.go_on()
                if key.data.done.is_set():  # the end of a connection would be found again and again
                    self._forget(key.data)
            if not ready:
                with self._lock:
                    if not self._selector.get_map():
                        self._thread = None
                        return

    def _forget(self, turn: _Turn) -> None:
        with self._lock:
            if turn.is_registered:
                turn.is_registered = False
                self._selector.unregister(turn.sock)


class _Turn:
    """One caller's wait. `is_registered` is the gatherer's, under its lock."""

    __slots__ = ("_is_over", "_lock", "_receive", "done", "error", "is_registered", "sock")

    def __init__(self, sock: socket.socket, receive: Callable[[], bool]) -> None:
        self._receive = receive
        self._lock = threading.Lock()
        self._is_over = False
        self.sock = sock
        self.is_registered = True
        self.done = threading.Event()
        self.error: Exception | None = None

    def go_on(self) -> None:
        """Receive what is there, unless the caller waits no longer."""
        with self._lock:
            if self._is_over or self.done.is_set():
                return
            try:
                is_done = self._receive()
            except Exception as exc:  # noqa: BLE001 (whatever it is, it is the caller's to see, and the thread goes on)
                self.error, is_done = exc, True
            if is_done:
                self.done.set()

    def end(self) -> None:
        """From now on the socket is the caller's alone."""
        with self._lock:
            self._is_over = True
