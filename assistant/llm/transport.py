"""HTTP/1.1 to one model server: kept-alive connections, exact deadlines, bounded sizes.

Our own, because the `text-generation` package's client opens a connection a call, lets dripping data outlast its
time-out and takes a cut stream for a complete one. `http_proxy` and its relatives are ignored on purpose: prompts hold
people's words, and go to the configured server alone.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from assistant.errors import DeadlineExceeded, ModelUnavailable
from assistant.llm.connection import Connection, ConnectionLost
from assistant.llm.countdown import Countdown
from assistant.llm.dial import dial
from assistant.llm.gatherer import Gatherer
from assistant.llm.server_url import ServerUrl

MAX_ERROR_BYTES = 64 * 1024
MAX_JSON_BYTES = 32 * 1024 * 1024
# Routers and NAT gateways forget silent connections after a minute or more, and then swallow what is sent.
_MAX_IDLE_S = 30.0
_DRAIN_S = 0.25


class Response:
    """An answer whose body is read on demand, within the call's countdown. `gatherer`: see Connection.read_data."""

    __slots__ = ("_connection", "_countdown", "gatherer", "headers", "status")

    def __init__(self, status: int, headers: Mapping[str, str], connection: Connection, countdown: Countdown) -> None:
        self.status = status
        self.headers = headers
        self._connection = connection
        self._countdown = countdown
        self.gatherer: Gatherer | None = None

    def chunks(self) -> Iterator[bytes]:
        """The body's bytes as they arrive."""
        while data := self._connection.read_data(self._countdown, self.gatherer):
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
        self.gatherer = None
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
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in (*ours, *headers))
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
        request = self._request(method, path, body)
        connection = self._take_idle() or self._open(countdown)
        try:
            try:
                response = _exchange(connection, request, countdown)
            except ConnectionLost as lost:
                if lost.answer_begun or not connection.is_reused:
                    raise
                connection.close()
                connection = self._open(countdown)
                response = _exchange(connection, request, countdown)
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

    def _request(self, method: str, path: str, body: bytes | None) -> bytes:
        """Head and body, of parts that hold no line ends: ServerUrl and the headers' givers see to that."""
        about_body = "" if body is None else f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        head = f"{method} {self.url.prefix}{path} HTTP/1.1\r\n{self._headers}{about_body}\r\n"
        return head.encode("ascii") + (body or b"")

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


def _exchange(connection: Connection, request: bytes, countdown: Countdown) -> Response:
    """Send the request and read the answer's head.

    A server may refuse and close before it has read the whole request: then its answer counts, not the broken pipe.
    """
    try:
        connection.send(request, countdown)
    except ConnectionLost as lost:
        try:
            return Response(*connection.read_head(countdown), connection, countdown)
        except ModelUnavailable:
            raise lost from None
    return Response(*connection.read_head(countdown), connection, countdown)
