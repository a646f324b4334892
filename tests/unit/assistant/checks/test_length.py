"""Replies are as long as their persona says."""

from __future__ import annotations

import pytest

from assistant.checks.length import most_sentences, within
from assistant.checks.sentences import sentences


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How do I return what I bought last week?", 4),
        ("Opening hours?", 2),
        ("and for shoes?", 2),
        ("退货？", 2),
        ("我上周买的东西怎么退货？", 4),
    ],
)
def test_little_asked_is_answered_shortly(question: str, expected: int) -> None:
    """Half as long; any language."""
    assert expected == most_sentences(question, 4)


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("Pay first. Wait then. Come back.", 2, 2),
        ("Pay first. Wait then.", 4, 2),
        ("Follow these steps:\n- first thing\n- second thing\n- third thing\nDone then.", 1, 4),
        ("Yes. Goods can come back.", 1, 2),
        ("Run these lines:\n```\nx\n```\nDone then.", 1, 2),
    ],
)
def test_sentences_are_counted(text: str, most: int, expected: int) -> None:
    """Lists and code belong to the sentence that announces them, and "Yes." to what follows."""
    assert expected == within(sentences(text), most)
