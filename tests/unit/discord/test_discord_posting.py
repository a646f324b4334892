"""Nonces and thread names within Discord's limits."""

from __future__ import annotations

import pytest

from adapters.discord.posting import NONCE_CHARS, nonce, shortened


def test_nonce_tells_keys_apart_within_the_limit() -> None:
    """Keys of any length give a nonce that Discord takes: the same for the same key, and only for it."""
    keys = ["", "a", "b", "delivery-1-0", "delivery-1-1", "x" * 500, "键"]
    nonces = [nonce(key) for key in keys]
    assert {NONCE_CHARS} == {len(value) for value in nonces}
    assert len(keys) == len(set(nonces))
    assert nonces == [nonce(key) for key in keys]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How long?", "How long?"),
        ("a" * 60, "a" * 60),
        ("a" * 61, "a" * 59 + "…"),
        ("word " * 20, "word " * 10 + "word…"),
        ("退" * 80, "退" * 59 + "…"),
    ],
)
def test_long_question_is_shortened_between_words(text: str, expected: str) -> None:
    """A thread's name is the question's beginning, of whole words where there are any."""
    assert expected == shortened(text)
