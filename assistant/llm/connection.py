"""One HTTP/1.1 connection: h11 for the protocol, a socket for the bytes, a countdown for the time."""

from __future__ import annotations

import select
import socket
import ssl
import time

import h11

from assistant.errors import ModelUnavailable
from assistant.llm.countdown import Countdown

MAX_HEAD_BYTES = 64 * 1024
_RECEIVE_BYTES = 64 * 1024

# A thread that is woken for each of 250 streams' tokens does little else. The last event of a stream repeats the whole
# text or comes with more events, and so is larger than this: it never waits. What waits all the same (a short reply, an
# error) waits no longer than a fifth of what the stream has taken so far, and never before 0.25 s have passed.
_GATHER_BYTES = 512
_GATHER_SHARE = 0.2
_MAX_GATHER_S = 0.3
_MIN_GATHER_S = 0.05


class ConnectionLost(ModelUnavailable):
    """The connection broke. `answer_begun`: the server had already sent bytes of its answer."""

    def __init__(self, message: str, *, answer_begun: bool) -> None:
        super().__init__(message)
        self.answer_begun = answer_begun


class Connection:
    """A connection for one request at a time. `is_reused` after its first; `idle_since` is the pool's."""

    __slots__ = ("_answer_begun", "_http", "_sock", "_streaming_since", "_url", "idle_since", "is_reused")

    def __init__(self, sock: socket.socket, url: str) -> None:
        self._sock = sock
        self._url = url
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
        self._answer_begun = False
        self._streaming_since = 0.0
        self.is_reused = False
        self.idle_since = 0.0

    def send(self, request: h11.Request, body: bytes, countdown: Countdown) -> None:
        """Send head and body. Raises ConnectionLost or DeadlineExceeded."""
        parts = [self._http.send(request), self._http.send(h11.Data(body)), self._http.send(h11.EndOfMessage())]
        rest = memoryview(b"".join(part for part in parts if part))
        try:
            while rest:
                self._sock.settimeout(countdown.left_s())
                rest = rest[self._sock.send(rest) :]
        except TimeoutError as exc:
            raise countdown.exceeded() from exc
        except OSError as exc:
            raise self._lost(exc) from exc

    def read_head(self, countdown: Countdown) -> h11.Response:
        """The answer's status and headers; interim (1xx) answers are skipped."""
        while True:
            try:
                event = self._next_event(countdown)
            except h11.RemoteProtocolError as exc:
                raise ModelUnavailable(f"what listens at {self._url} does not speak HTTP/1.1") from exc
            if isinstance(event, h11.Response):
                self._streaming_since = time.monotonic()
                return event

    def read_data(self, countdown: Countdown, may_gather: bool = False) -> bytes:
        """The next bytes of the body, b"" at its end. Raises ConnectionLost when it ends before its end.

        `may_gather`: nobody reads along, so that the bytes of a few tokens may come together.
        """
        try:
            event = self._next_event(countdown, may_gather)
        except h11.RemoteProtocolError as exc:
            raise self._lost(exc) from exc
        return bytes(event.data) if isinstance(event, h11.Data) else b""

    def recycle(self) -> bool:
        """Ready the connection for the next request; False if the answer was not read to its end or closes it."""
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        if self._http.trailing_data[0]:  # bytes that nobody asked for would be taken for the next answer
            return False
        self._http.start_next_cycle()
        self._answer_begun = False
        self.is_reused = True
        return True

    def is_dead(self) -> bool:
        """Whether the server closed the idle connection: readable without a request means its end, or garbage."""
        if isinstance(self._sock, ssl.SSLSocket) and self._sock.pending():
            return True
        poller = select.poll()
        poller.register(self._sock, select.POLLIN)
        return bool(poller.poll(0))

    def close(self) -> None:
        self._sock.close()

    def _next_event(self, countdown: Countdown, may_gather: bool = False) -> h11.Event:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if may_gather:
                self._let_gather(countdown.left_s())
            self._http.receive_data(self._receive(countdown))
        if isinstance(event, h11.Event):
            return event
        raise self._lost(RuntimeError("paused"))

    def _let_gather(self, left_s: float) -> None:
        """Wait for _GATHER_BYTES, the connection's end, or a moment. TLS has a buffer of its own, and does without."""
        wait_s = min(_MAX_GATHER_S, _GATHER_SHARE * (time.monotonic() - self._streaming_since), left_s / 2)
        if wait_s < _MIN_GATHER_S or isinstance(self._sock, ssl.SSLSocket):
            return
        poller = select.poll()
        poller.register(self._sock, select.POLLIN)
        try:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, _GATHER_BYTES)
            poller.poll(wait_s * 1000)
        finally:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)

    def _receive(self, countdown: Countdown) -> bytes:
        try:
            self._sock.settimeout(countdown.left_s())
            data = self._sock.recv(_RECEIVE_BYTES)
        except TimeoutError as exc:
            raise countdown.exceeded() from exc
        except OSError as exc:
            raise self._lost(exc) from exc
        if not data and not self._answer_begun:
            raise self._lost(EOFError())
        self._answer_begun = True
        return data

    def _lost(self, cause: Exception) -> ConnectionLost:
        when = "in the middle of its answer" if self._answer_begun else "before it answered"
        reason = f" ({cause.strerror})" if isinstance(cause, OSError) and cause.strerror else ""
        message = f"the model server at {self._url} ended the connection {when}{reason}: look into its log"
        return ConnectionLost(message, answer_begun=self._answer_begun)
