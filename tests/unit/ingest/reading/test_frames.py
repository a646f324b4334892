"""What parent and child say to each other: nothing that comes is trusted."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading.frames import HEADER, FrameBroken, decode, encode, items, length, number, text

# Halves of character pairs included: names of files may hold them.
TEXTS = st.text(st.characters(exclude_categories=()))
VALUES = st.recursive(st.none() | st.booleans() | st.integers() | TEXTS, lambda inner: st.lists(inner, max_size=3))


@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_a_message_comes_back_as_it_was(message: dict[str, object]) -> None:
    """Whatever characters are in it; the length in front is that of the rest."""
    frame = encode(message)
    assert length(frame[: HEADER.size], 1 << 20) == len(frame) - HEADER.size
    assert decode(frame[HEADER.size :]) == message


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_broken(payload: bytes) -> None:
    """No other error comes of them."""
    with suppress(FrameBroken):
        assert isinstance(decode(payload), dict)


@pytest.mark.parametrize("payload", [b"[" * 1_000_000, b'{"a":' * 1_000_000, b"9" * 1_000_000, b"null", b"{} {}", b""])
def test_a_payload_made_to_do_harm_is_broken(payload: bytes) -> None:
    """Depth and long numbers included."""
    with pytest.raises(FrameBroken):
        decode(payload)


def test_a_long_frame_is_refused_by_its_header() -> None:
    """Before any of it is read."""
    assert length(HEADER.pack(100), 100) == 100
    with pytest.raises(FrameBroken, match="a frame of 101 bytes"):
        length(HEADER.pack(101), 100)


def test_values_are_taken_out_by_their_types() -> None:
    """What is missing, or of another type, is broken."""
    message = {"a": "text", "b": 3, "c": [1], "d": True, "e": -1, "f": None}
    assert (text(message, "a"), number(message, "b"), items(message, "c")) == ("text", 3, [1])
    for name in ("b", "c", "d", "f", "missing"):
        with pytest.raises(FrameBroken, match=f"no {name}"):
            text(message, name)
    for name in ("a", "c", "d", "e", "f", "missing"):
        with pytest.raises(FrameBroken, match=f"no {name}"):
            number(message, name)
    for name in ("a", "b", "d", "missing"):
        with pytest.raises(FrameBroken, match=f"no {name}"):
            items(message, name)
    with pytest.raises(FrameBroken):
        text(message, "a", max_chars=3)
