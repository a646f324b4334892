"""HTTP/1.1 to one model server: kept-alive connections, exact deadlines, bounded sizes.

Our own, because the `text-generation` package's client opens a connection a call, lets dripping data outlast its
time-out and takes a cut stream for a complete one. `http_proxy` and its relatives are ignored on purpose: prompts hold
people's words, and go to the configured server alone.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import h11

from assistant.errors import DeadlineExceeded, ModelUnavailable
from assistant.llm.connection import Connection, ConnectionLost
from assistant.llm.countdown import Countdown
from assistant.llm.dial import dial
from assistant.llm.server_url import ServerUrl

MAX_ERROR_BYTES = 64 * 1024
MAX_JSON_BYTES = 32 * 1024 * 1024
# Routers and NAT gateways forget silent connections after a minute or more, and then swallow what is sent.
_MAX_IDLE_S = 30.0
_DRAIN_S = 0.25


class Response:
    """An answer whose body is read on demand, within the call's countdown. `may_gather`: see Connection.read_data."""

    __slots__ = ("_connection", "_countdown", "headers", "may_gather", "status")

    def __init__(self, head: h11.Response, connection: Connection, countdown: Countdown) -> None:
        self.status = head.status_code
        self.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
        self._connection = connection
        self._countdown = countdown
        self.may_gather = False

    def chunks(self) -> Iterator[bytes]:
        """The body's bytes as they arrive."""
        while data := self._connection.read_data(self._countdown, self.may_gather):
            yield data

    def read(self, max_bytes: int) -> bytes:
        """The body, cut after `max_bytes`."""
        body = bytearray()
        for data in self.chunks():
            body += data
            if len(body) > max_bytes:
                break
        return bytes(body[:max_bytes])

    def drain(self) -> None:
        """Read what little may follow a complete answer, so that the connection can be kept; not worth a long wait."""
        self._countdown.hurry(_DRAIN_S)
        self.may_gather = False
        try:
            self.read(MAX_ERROR_BYTES)
        except (DeadlineExceeded, ConnectionLost):
            return


class HttpTransport:
    """Requests to one server. Safe to share between threads; at most `max_idle` idle connections are kept."""

    def __init__(
        self,
        url: ServerUrl,
        headers: Sequence[tuple[str, str]] = (),
        *,
        max_idle: int = 256,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.url = url
        self._tls = (tls or ssl.create_default_context()) if url.scheme == "https" else None
        ours = [("Host", url.authority), ("User-Agent", "llamadesk"), ("Accept-Encoding", "identity")]
        self._headers = [*ours, *headers]
        self._max_idle = max_idle
        self._idle: list[Connection] = []
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def request(self, method: str, path: str, body: bytes | None, countdown: Countdown) -> Iterator[Response]:
        """The answer to a request (a `body` is JSON); its connection is kept if the body was read to its end.

        A kept connection that the server closes as we send, before any byte of an answer, is replaced by a new one,
        once.
        Raises ModelUnavailable and DeadlineExceeded.
        """
        request = self._head(method, path, body)
        connection = self._take_idle() or self._open(countdown)
        try:
            try:
                response = _exchange(connection, request, body or b"", countdown)
            except ConnectionLost as lost:
                if lost.answer_begun or not connection.is_reused:
                    raise
                connection.close()
                connection = self._open(countdown)
                response = _exchange(connection, request, body or b"", countdown)
            yield response
        except BaseException:
            connection.close()
            raise
        self._keep(connection)

    def close(self) -> None:
        """End the idle connections; those in use end with their request."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _head(self, method: str, path: str, body: bytes | None) -> h11.Request:
        headers = list(self._headers)
        if body is not None:
            headers += [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        return h11.Request(method=method, target=self.url.prefix + path, headers=headers)

    def _open(self, countdown: Countdown) -> Connection:
        return Connection(dial(self.url, self._tls, countdown), str(self.url))

    def _take_idle(self) -> Connection | None:
        """The connection that was used last, since the server is least likely to have given it up."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection = self._idle.pop()
            if time.monotonic() - connection.idle_since < _MAX_IDLE_S and not connection.is_dead():
                return connection
            connection.close()

    def _keep(self, connection: Connection) -> None:
        if not connection.recycle():
            connection.close()
            return
        connection.idle_since = time.monotonic()
        with self._lock:
            surplus = connection
            if not self._closed:
                self._idle.append(connection)
                if len(self._idle) <= self._max_idle:
                    return
                surplus = self._idle.pop(0)
        surplus.close()


def _exchange(connection: Connection, request: h11.Request, body: bytes, countdown: Countdown) -> Response:
    """Send the request and read the answer's head.

    A server may refuse and close before it has read the whole request: then its answer counts, not the broken pipe.
    """
    try:
        connection.send(request, body, countdown)
    except ConnectionLost as lost:
        try:
            return Response(connection.read_head(countdown), connection, countdown)
        except ModelUnavailable:
            raise lost from None
    return Response(connection.read_head(countdown), connection, countdown)
