"""What gateways put on the wire."""

from __future__ import annotations

import pytest
from wechaty_grpc.wechaty.puppet import ContactPayloadResponse

from adapters.wechat.wire import LenientCodec

NAME = b"\x22"  # field 4 of a contact, with a length
ALIAS = b"\x3a"  # field 7


def read(data: bytes) -> ContactPayloadResponse:
    return LenientCodec().decode(data, ContactPayloadResponse)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("张三👍".encode(), "张三👍"),
        ("한".encode(), "한"),  # begins with the same byte as half a pair
        ("한".encode() + b"\xed\xa0\xbd", "한\ufffd"),
        (b"cut \xed\xa0\xbd", "cut \ufffd"),
        (b"\xed\xb1\x8d cut", "\ufffd cut"),
        (b"\xed\xa0\xbd\xed\xb1\x8d", "\ufffd\ufffd"),
    ],
)
def test_name_is_read_with_what_is_text_in_it(name: bytes, expected: str) -> None:
    """And so is what comes after it."""
    contact = read(NAME + bytes([len(name)]) + name + ALIAS + b"\x03boo")
    assert (contact.name, contact.alias) == (expected, "boo")


def test_other_bytes_that_are_no_text_are_refused() -> None:
    """Nothing is guessed."""
    with pytest.raises(UnicodeDecodeError):
        read(NAME + b"\x02\xff\xfe")
