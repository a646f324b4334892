"""The body of an answer, unpacked no further than its limit."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable, Iterator
from typing import Protocol

from ingest.errors import DocumentTooLarge, DocumentUnreadable

FREE_BYTES = 1_000_000
"""So much may be unpacked from whatever little: the ratio is looked at beyond."""
MAX_MEMBERS = 1000
"""Of a gzip file: each costs a copy of what follows it."""
_STEP = 65_536
_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
ACCEPTED = "gzip, deflate"


class _Decoder(Protocol):
    def feed(self, data: bytes) -> Iterator[bytes]:
        """What comes out, in pieces of at most 64 kB, made one by one as they are asked for."""
        ...

    @property
    def is_complete(self) -> bool: ...


class _Plain:
    is_complete = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data


class _Unpacker:
    """gzip of one or several members, or deflate with or without zlib's header (servers do either)."""

    def __init__(self, encoding: str) -> None:
        self._is_gzip = encoding != "deflate"
        self._inner: zlib._Decompress | None = None
        self._members = 0
        self.is_complete = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._inner is None:
                self._members += 1
                if self._members > MAX_MEMBERS:
                    raise zlib.error("too many members")
                self._inner = zlib.decompressobj(_GZIP if self._is_gzip else _ZLIB if data[0] & 15 == 8 else _RAW)
                self.is_complete = False
            yield self._inner.decompress(data, _STEP)
            data = self._inner.unconsumed_tail
            if self._inner.eof:
                data, self._inner, self.is_complete = self._inner.unused_data, None, True
                if not self._is_gzip or data[:1] != b"\x1f":
                    return  # some servers fill up with zeros


_DECODERS = {"gzip": _Unpacker, "x-gzip": _Unpacker, "deflate": _Unpacker}


async def read_body(pieces: AsyncIterable[bytes], encoding: str, name: str, max_bytes: int, max_ratio: int) -> bytes:
    """All of the body in that Content-Encoding ("": none). `name` is for the errors: DocumentTooLarge before more than
    `max_bytes` are unpacked, DocumentUnreadable for what is packed otherwise or broken."""
    decoder = _decoder(encoding.strip().lower(), name)
    body, received = bytearray(), 0
    try:
        async for piece in pieces:
            received += len(piece)
            for part in decoder.feed(piece):
                body += part
                _check(len(body), received, name, max_bytes, max_ratio)
    except zlib.error as exc:
        raise DocumentUnreadable(f"{name}: its server packs it wrongly: try again, or save it as a file") from exc
    if not decoder.is_complete:
        raise DocumentUnreadable(f"{name} broke off: try again, or save it as a file")
    return bytes(body)


def unpacked(data: bytes, name: str, max_bytes: int) -> bytes:
    """The content of a gzip file. Raises DocumentTooLarge and DocumentUnreadable."""
    decoder, body = _Unpacker("gzip"), bytearray()
    try:
        for start in range(0, len(data), _STEP):
            for part in decoder.feed(data[start : start + _STEP]):
                body += part
                _check(len(body), len(data), name, max_bytes, max_bytes)
    except zlib.error as exc:
        raise DocumentUnreadable(f"{name} is a broken gzip file: ask whoever runs the server") from exc
    if not decoder.is_complete:
        raise DocumentUnreadable(f"{name} broke off: try again")
    return bytes(body)


def _decoder(encoding: str, name: str) -> _Decoder:
    if encoding in ("", "identity"):
        return _Plain()
    if encoding not in _DECODERS:
        raise DocumentUnreadable(f"{name}: its server packs it in {encoding[:40]!r}, unasked: save it as a file")
    return _DECODERS[encoding](encoding)


def _check(size: int, received: int, name: str, max_bytes: int, max_ratio: int) -> None:
    if size > max_bytes:
        raise DocumentTooLarge(
            f"{name} is larger than {max_bytes / 1_000_000:g} MB: leave it out, or raise ASSISTANT_MAX_DOCUMENT_MB"
        )
    if size > FREE_BYTES and size > received * max_ratio:
        raise DocumentTooLarge(f"{name} unpacks to more than {max_ratio} times its size: leave it out")
