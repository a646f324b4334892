"""One HTTP/1.1 answer, parsed while it arrives."""

from __future__ import annotations

from typing import Any

import httptools

MAX_HEAD_BYTES = 64 * 1024


class NotHttp(Exception):
    """The bytes are no HTTP/1.1 answer, or one too long or too strange to be read."""


class AnswerParser:
    """Takes the bytes of one answer, split anywhere; interim (1xx) answers are skipped.

    `headers` have lower-case names. `has_head`: `status` and `headers` are complete. `is_complete`: so is the body.
    `body_bytes` wait to be taken. `keeps_alive`: nothing else came, and the connection may be used again.
    """

    __slots__ = (
        "_body",
        "_head_bytes",
        "_parser",
        "_surplus",
        "_wants_more",
        "body_bytes",
        "has_head",
        "headers",
        "is_complete",
        "status",
    )

    def __init__(self) -> None:
        self._parser: Any = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self._head_bytes = 0
        self._wants_more = False
        self._surplus = False
        self.body_bytes = 0
        self.has_head = False
        self.is_complete = False
        self.status = 0
        self.headers: dict[str, str] = {}

    @property
    def keeps_alive(self) -> bool:
        return self.is_complete and self._wants_more and not self._surplus

    def feed(self, received: bytes) -> None:
        """Parse what was received. Raises NotHttp."""
        if self.is_complete:
            self._surplus = True
            return
        try:
            self._parser.feed_data(received)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as exc:
            if not self.is_complete:
                raise NotHttp(str(exc)) from exc
            self._surplus = True
        if not self.has_head:
            self._head_bytes += len(received)
            if self._head_bytes > MAX_HEAD_BYTES:
                raise NotHttp("its headers are too long")

    def feed_end(self) -> None:
        """The connection has ended: so has a body that tells neither its length nor its chunks."""
        if self.has_head and not self.headers.keys() & {"content-length", "transfer-encoding"}:
            self.is_complete = True

    def take_body(self) -> bytes:
        """What has come of the body since it was last asked for."""
        body = b"".join(self._body)
        self._body.clear()
        self.body_bytes = 0
        return body

    # httptools calls these.

    def on_message_begin(self) -> None:
        self._surplus = self.is_complete

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.is_complete:
            self.headers[name.decode("latin-1").lower()] = value.decode("latin-1").strip()

    def on_headers_complete(self) -> None:
        if self.is_complete:
            return
        self.status = self._parser.get_status_code()
        self.has_head = self.status >= 200
        if not self.has_head:
            self.headers.clear()

    def on_body(self, body: bytes) -> None:
        if not self.is_complete:
            self._body.append(body)
            self.body_bytes += len(body)

    def on_message_complete(self) -> None:
        if self.has_head and not self.is_complete:
            self.is_complete = True
            self._wants_more = self._parser.should_keep_alive()
