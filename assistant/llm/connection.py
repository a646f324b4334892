"""One HTTP/1.1 connection: a parser for the protocol, a socket for the bytes, a countdown for the time."""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Mapping

from assistant.errors import ModelUnavailable
from assistant.llm.answer_parser import AnswerParser, NotHttp
from assistant.llm.countdown import Countdown
from assistant.llm.gatherer import Gatherer

_RECEIVE_BYTES = 64 * 1024

GATHER_S = 1.0
"""A caller that doesn't read along gets the tokens of this time together. The last ones never wait for it."""
_GATHER_BYTES = 256 * 1024


class ConnectionLost(ModelUnavailable):
    """The connection broke. `answer_begun`: the server had already sent bytes of its answer."""

    def __init__(self, message: str, *, answer_begun: bool) -> None:
        super().__init__(message)
        self.answer_begun = answer_begun


class Connection:
    """A connection for one request at a time. `is_reused` after its first; `idle_since` is the pool's."""

    __slots__ = ("_answer", "_answer_begun", "_failure", "_sock", "_url", "idle_since", "is_reused")

    def __init__(self, sock: socket.socket, url: str) -> None:
        self._sock = sock
        self._url = url
        self._answer = AnswerParser()
        self._answer_begun = False
        self._failure: Exception | None = None
        self.is_reused = False
        self.idle_since = 0.0

    def send(self, request: bytes, countdown: Countdown) -> None:
        """Send head and body. Raises ConnectionLost or DeadlineExceeded."""
        rest = memoryview(request)
        try:
            while rest:
                self._sock.settimeout(countdown.left_s())
                rest = rest[self._sock.send(rest) :]
        except TimeoutError as exc:
            raise countdown.exceeded() from exc
        except OSError as exc:
            raise self._lost(exc) from exc

    def read_head(self, countdown: Countdown) -> tuple[int, Mapping[str, str]]:
        """The answer's status and headers; interim (1xx) answers are skipped."""
        while not self._answer.has_head:
            try:
                self._receive(countdown)
            except NotHttp as exc:
                raise ModelUnavailable(f"what listens at {self._url} does not speak HTTP/1.1") from exc
        return self._answer.status, self._answer.headers

    def read_data(self, countdown: Countdown, gatherer: Gatherer | None = None) -> bytes:
        """The next bytes of the body, b"" at its end: with a gatherer those of up to GATHER_S, or all that are left.
        Raises ConnectionLost when it ends before its end."""
        while not (body := self._answer.take_body()) and not self._answer.is_complete:
            try:
                if gatherer:
                    self._gather(gatherer, countdown)
                else:
                    self._receive(countdown)
            except NotHttp as exc:
                raise self._lost(exc) from exc
        return body

    def recycle(self) -> bool:
        """Ready the connection for the next request; False if the answer was not read to its end, if bytes followed
        that nobody asked for (they would be taken for the next answer), or if the server closes it."""
        if not self._answer.keeps_alive:
            return False
        self._answer = AnswerParser()
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

    def _gather(self, gatherer: Gatherer, countdown: Countdown) -> None:
        """Have what comes parsed until the answer is complete, or for GATHER_S."""
        try:
            if self._failure is not None:
                raise self._failure
            left_s = countdown.left_s()
            self._sock.settimeout(0)
            gatherer.gather(self._sock, self._receive_ready, min(GATHER_S, left_s))
        except OSError as exc:
            raise self._lost(exc) from exc

    def _receive_ready(self) -> bool:
        """Have the bytes parsed that are there; tells whether the answer is complete, or enough to wait for no more.
        What came before a failure counts: the caller gets it first."""
        try:
            while not self._answer.is_complete:
                self._parse(self._sock.recv(_RECEIVE_BYTES))
                if not (isinstance(self._sock, ssl.SSLSocket) and self._sock.pending()):
                    break
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except (OSError, ModelUnavailable, NotHttp) as exc:
            if not self._answer.body_bytes:
                raise
            self._failure = exc
            return True
        return self._answer.is_complete or self._answer.body_bytes > _GATHER_BYTES

    def _receive(self, countdown: Countdown) -> None:
        """Wait for bytes, or for the connection's end, and have them parsed."""
        try:
            self._sock.settimeout(countdown.left_s())
            self._parse(self._sock.recv(_RECEIVE_BYTES))
        except TimeoutError as exc:
            raise countdown.exceeded() from exc
        except OSError as exc:
            raise self._lost(exc) from exc

    def _parse(self, data: bytes) -> None:
        """Raises NotHttp, and ConnectionLost where the connection ended too early."""
        if data:
            self._answer_begun = True
            self._answer.feed(data)
            return
        self._answer.feed_end()
        if not self._answer.is_complete:
            raise self._lost(EOFError())

    def _lost(self, cause: Exception) -> ConnectionLost:
        when = "in the middle of its answer" if self._answer_begun else "before it answered"
        reason = f" ({cause.strerror})" if isinstance(cause, OSError) and cause.strerror else ""
        message = f"the model server at {self._url} ended the connection {when}{reason}: look into its log"
        return ConnectionLost(message, answer_begun=self._answer_begun)
