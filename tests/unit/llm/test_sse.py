"""The parser of server-sent events."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import ModelUnavailable
from assistant.llm.sse import MAX_EVENT_BYTES, EventParser

CASES = [
    pytest.param(b"", [], id="nothing"),
    pytest.param(b'data:{"a":1}\n\n', ['{"a":1}'], id="as TGI writes it"),
    pytest.param(b"data: [DONE]\n\n", ["[DONE]"], id="as llama.cpp writes it"),
    pytest.param(b"data:  two spaces\n\n", [" two spaces"], id="only one space is taken off"),
    pytest.param(b"data: a\r\ndata: b\r\n\r\n", ["a\nb"], id="CRLF, two lines"),
    pytest.param(b"data: a\rdata: b\r\r", ["a\nb"], id="CR alone"),
    pytest.param(b"data\n\ndata:\ndata:\n\n", ["", "\n"], id="empty data"),
    pytest.param(b":keep-alive\n\n:\n\ndata: x\n\n", ["x"], id="comments"),
    pytest.param(b"event: ping\nid: 7\nretry: 5\nnonsense\ndata: x\n\n", ["x"], id="other fields"),
    pytest.param(b"data: no blank line\n", [], id="an event without its end"),
    pytest.param(b"\xef\xbb\xbfdata: x\n\n", ["x"], id="byte order mark"),
    pytest.param("data: Zürich 你好 🦙\n\n".encode(), ["Zürich 你好 🦙"], id="characters of several bytes"),
    pytest.param(b"data: \xff\n\n", ["\N{REPLACEMENT CHARACTER}"], id="not UTF-8"),
    pytest.param(b"\n\n\ndata: x\n\n\n\ndata: y\n\n", ["x", "y"], id="blank lines in between"),
]


def parse(pieces: list[bytes]) -> list[str]:
    parser = EventParser()
    return [data for piece in pieces for data in parser.feed(piece)]


@pytest.mark.parametrize(("stream", "expected"), CASES)
def test_events_come_out_as_written(stream: bytes, expected: list[str]) -> None:
    """Each complete event's data, in order."""
    assert expected == parse([stream])


@pytest.mark.parametrize(("stream", "expected"), CASES)
def test_a_split_after_every_byte_changes_nothing(stream: bytes, expected: list[str]) -> None:
    """Lines, CRLF pairs and characters may be cut anywhere."""
    assert expected == parse([stream[at : at + 1] for at in range(len(stream))])


@given(
    st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])), max_size=5),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.integers(1, 7),
)
def test_any_data_survives_any_split(texts: list[str], line_end: str, size: int) -> None:
    """What was written as events is read back, however the network cuts it."""
    stream = "".join(f"data: {text}{line_end}{line_end}" for text in texts).encode()
    assert texts == parse([stream[at : at + size] for at in range(0, len(stream), size)])


@pytest.mark.parametrize("piece", [b"x" * 1000, b"data: " + b"x" * 994 + b"\n"], ids=["one line", "many lines"])
def test_an_endless_event_is_refused(piece: bytes) -> None:
    """A server can't fill our memory with one event."""
    with pytest.raises(ModelUnavailable):
        parse([piece] * (MAX_EVENT_BYTES // 1000 + 2))


def test_many_large_events_are_fine() -> None:
    """The limit is on one event, not on a stream."""
    parser = EventParser()
    event = b"data: " + b"x" * (MAX_EVENT_BYTES // 2) + b"\n\n"
    assert [len(list(parser.feed(event))) for _ in range(6)] == [1] * 6
