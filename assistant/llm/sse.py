"""Server-sent events, as far as model servers use them.

Format: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream (checked 2026-07).
"""

from __future__ import annotations

from assistant.errors import ModelUnavailable

MAX_EVENT_BYTES = 1024 * 1024
_BOM = b"\xef\xbb\xbf"


class EventParser:
    """Turns bytes, split anywhere, into the `data` of each complete event; other fields and comments are dropped."""

    __slots__ = ("_after_cr", "_at_start", "_data", "_data_size", "_partial", "_partial_size")

    def __init__(self) -> None:
        self._partial: list[bytes] = []
        self._data: list[bytes] = []
        self._partial_size = 0
        self._data_size = 0
        self._after_cr = False
        self._at_start = True

    def feed(self, received: bytes) -> list[str]:
        """The data of the events completed by `received`. Raises ModelUnavailable on an event over 1 MiB."""
        if b"\r" in received or self._after_cr:
            received = self._with_plain_line_ends(received)
        *lines, rest = received.split(b"\n")
        found: list[str] = []
        for line in lines:
            if self._partial:
                line = b"".join([*self._partial, line])  # noqa: PLW2901
                self._partial.clear()
                self._partial_size = 0
            self._take(line, found)
        if rest:
            self._partial.append(rest)
            self._partial_size += len(rest)
            self._check_size()
        return found

    def _take(self, line: bytes, found: list[str]) -> None:
        if self._at_start:
            line = line.removeprefix(_BOM)
            self._at_start = False
        if not line:
            if self._data:
                found.append(b"\n".join(self._data).decode("utf-8", "replace"))
                self._data.clear()
                self._data_size = 0
        elif line.startswith(b"data:") or line == b"data":
            self._data.append(line[6:] if line[5:6] == b" " else line[5:])
            self._data_size += len(line)
            self._check_size()

    def _check_size(self) -> None:
        if self._partial_size + self._data_size > MAX_EVENT_BYTES:
            raise ModelUnavailable("the model server sent an event over 1 MiB: check what listens at its URL")

    def _with_plain_line_ends(self, received: bytes) -> bytes:
        if self._after_cr and received[:1] == b"\n":
            received = received[1:]
            self._after_cr = False
        if received:
            self._after_cr = received.endswith(b"\r")
        return received.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
