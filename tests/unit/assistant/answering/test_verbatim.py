"""Answers in the documents' own words, where the very question stands in them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.answering.verbatim import verbatim_place, verbatim_text
from tests.fakes.retrieved_chunks import chunk

PAIR = replace(chunk(1, 0.05), text="How do I reset my password?\nOpen Settings, and press Reset.\nThen wait.")


@pytest.mark.parametrize(
    "question",
    [
        "How do I reset my password?",
        "how can i reset my password",
        "Reset my password?",
        "How do I reset the password?!",
    ],
)
def test_same_question_is_found(question: str) -> None:
    """In other words of grammar too."""
    assert verbatim_place(question, [chunk(2, 0.05), PAIR], 0.6) == 1
    assert verbatim_text(PAIR) == "Open Settings, and press Reset.\nThen wait."


@pytest.mark.parametrize(
    "question",
    [
        "How do I change my password?",
        "How do I not reset my password?",
        "How do I reset my password 2 times?",
        "How do I reset my password on Monday?",
        "How do I reset my account password?",
        "My password reset?",
        "Hello?",
        "",
    ],
)
def test_other_question_is_not(question: str) -> None:
    """A word more, a number, a "not", or another order ask something else."""
    assert verbatim_place(question, [PAIR], 0.6) is None


@pytest.mark.parametrize(
    "other",
    [
        replace(PAIR, distance=0.3),
        replace(PAIR, text="How do I reset my password?"),
        replace(PAIR, text="How do I reset my password?\n \n"),
        replace(PAIR, chunk_ids=(1, 2)),
    ],
)
def test_passage_must_be_near_and_a_single_answer(other: object) -> None:
    """Far away, without an answer, or joined of several: the model shall read it."""
    assert verbatim_place("How do I reset my password?", [other], 0.6) is None  # type: ignore[list-item]


def test_chinese_question_is_found() -> None:
    """By its characters."""
    pair = replace(PAIR, text="如何重置我的密码？\n打开设置。")
    assert verbatim_place("如何重置我的密码", [pair], 0.6) == 0
    assert verbatim_place("如何不重置我的密码", [pair], 0.6) is None
