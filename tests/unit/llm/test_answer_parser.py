"""HTTP/1.1 answers, whole and in pieces, right and wrong."""

from __future__ import annotations

import pytest

from assistant.llm.answer_parser import MAX_HEAD_BYTES, AnswerParser, NotHttp

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
SIZED = OK + b"Content-Length: 5\r\nX-Name:  Value \r\n\r\nabcde"


def parsed(received: bytes, size: int = 10_000) -> tuple[AnswerParser, bytes]:
    """The parser and the body after `received` in pieces of `size` bytes."""
    parser, body = AnswerParser(), b""
    for start in range(0, len(received), size):
        parser.feed(received[start : start + size])
        body += parser.take_body()
    return parser, body


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
@pytest.mark.parametrize("answer", [CHUNKED, SIZED, b"HTTP/1.1 100 Continue\r\nA: b\r\n\r\n" + SIZED])
def test_pieces_of_any_size_are_the_same_answer(answer: bytes, size: int) -> None:
    parser, body = parsed(answer, size)
    assert (parser.status, body, parser.is_complete, parser.keeps_alive) == (200, b"abcde", True, True)
    assert "a" not in parser.headers  # the interim answer's


def test_header_names_are_lower_case_and_values_trimmed() -> None:
    assert parsed(SIZED)[0].headers == {"content-length": "5", "x-name": "Value"}


@pytest.mark.parametrize("size", [1, 10_000])
@pytest.mark.parametrize("answer", [CHUNKED, SIZED])
@pytest.mark.parametrize("more", [b"X", b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", b"\x00" * 100])
def test_what_nobody_asked_for_is_not_read_and_ends_the_connection(answer: bytes, more: bytes, size: int) -> None:
    parser, body = parsed(answer + more, size)
    assert (parser.status, body, parser.is_complete, parser.keeps_alive) == (200, b"abcde", True, False)


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Connection: close\r\nContent-Length: 5\r\n\r\nabcde",
        b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nabcde",
    ],
)
def test_a_server_may_close(answer: bytes) -> None:
    parser, body = parsed(answer)
    assert (body, parser.is_complete, parser.keeps_alive) == (b"abcde", True, False)


@pytest.mark.parametrize("answer", [CHUNKED[:-1], CHUNKED[:-6], SIZED[:-1], SIZED[:20], OK, b""])
def test_a_cut_answer_is_not_complete(answer: bytes) -> None:
    parser, _ = parsed(answer)
    parser.feed_end()
    assert not parser.is_complete


def test_a_body_of_untold_length_ends_with_the_connection() -> None:
    parser, body = parsed(OK + b"\r\nabcde")
    assert (body, parser.is_complete) == (b"abcde", False)
    parser.feed_end()
    assert (parser.is_complete, parser.keeps_alive) == (True, False)


@pytest.mark.parametrize("coding", [b"gzip", b"gzip, chunked, gzip"])
def test_a_body_in_a_foreign_coding_never_ends(coding: bytes) -> None:
    parser, _ = parsed(OK + b"Transfer-Encoding: " + coding + b"\r\n\r\nabcde")
    parser.feed_end()
    assert not parser.is_complete


@pytest.mark.parametrize(
    "received",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"\x16\x03\x01",
        b"HTTP/1.1 200 OK\nContent-Length: 1\n\na",
        b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nabc",
        OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
        OK + b"X: " + b"y" * MAX_HEAD_BYTES,
        b"HTTP/1.1 100 Continue\r\n\r\n" * (MAX_HEAD_BYTES // 20),
    ],
    ids=lambda received: received[:40],
)
def test_what_is_no_answer_is_refused(received: bytes) -> None:
    with pytest.raises(NotHttp):
        parsed(received, 1000)
