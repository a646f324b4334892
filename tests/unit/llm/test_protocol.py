"""What may be quoted of a server's words, and its wishes to wait."""

from __future__ import annotations

from email.utils import formatdate
from time import time

import pytest

from assistant.errors import ModelUnavailable
from assistant.llm.protocol import decode, quotable, retry_after_s


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Model is overloaded", "Model is overloaded"),
        ("two\nlines\tand \x1b[31mred", "two lines and [31mred"),
        ("", "(no message)"),
        ("x" * 500, "x" * 200),
        ("bad input: 'My card number is 1234'", "(its message repeats the prompt)"),
    ],
)
def test_quotes_are_one_short_line_without_the_prompt(message: str, expected: str) -> None:
    """Errors are logged, prompts are not."""
    assert expected == quotable(message, "Question: My card number is 1234 5678, is that right?")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("3", 3.0), ("0", 0.0), ("", None), ("soon", None), ("-1", None), ("1.5", None), ("9" * 40, None), ("²", None)],
)
def test_retry_after_in_seconds(value: str, expected: float | None) -> None:
    """A number of seconds, and nothing that is not one."""
    assert expected == retry_after_s({"retry-after": value})


def test_retry_after_as_a_date() -> None:
    """A date says how long from now; one in the past says at once."""
    later = retry_after_s({"retry-after": formatdate(time() + 60, usegmt=True)})
    assert later is not None
    assert 55 < later <= 60
    assert retry_after_s({"retry-after": "Thu, 01 Jan 2015 00:00:00 GMT"}) == 0.0


@pytest.mark.parametrize("data", [b"", b"<html>", b"[1]", b'"text"', b"\xff", b"[" * 100_000, b"1" * 5_000])
def test_what_is_no_json_object_is_refused(data: bytes) -> None:
    """Hostile or foreign bodies raise ModelUnavailable, and nothing else."""
    with pytest.raises(ModelUnavailable):
        decode(data, "http://host")
