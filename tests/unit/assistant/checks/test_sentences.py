"""Text to sentences and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.checks.sentences import joined, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("One [1]. Two. [2] Three", ["One [1].", "Two. [2]", "Three"]),
        ("See e.g. this one. Dr. Smith pays 9.99 a month.", ["See e.g. this one.", "Dr. Smith pays 9.99 a month."]),
        ("一。二！三", ["一。", "二！", "三"]),
        ("1. One\n2. Two. More.", ["One", "Two.", "More."]),
        ("Run:\n```\nx. y. z.\n```\nDone.", ["Run:", "```\nx. y. z.\n```", "Done."]),
        ("```\nnever closed. a", ["```\nnever closed. a"]),
        ("| a. b. | c |", ["| a. b. | c |"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences_are_found(text: str, expected: list[str]) -> None:
    """With their marks; abbreviations and decimals end none, code and tables are one each."""
    assert expected == [sentence.text for sentence in sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "One. Two [1].",
        "- One.\n- Two.",
        "1. One\n2. Two",
        "# Title\n\nOne. Two.\n\n> Quoted.",
        "一。二。",
        "| a |\n| b |",
    ],
)
def test_text_survives(text: str) -> None:
    """Lines, lists and paragraphs are as they were."""
    assert text == joined(sentences(text))


@given(st.text("ab .!?。\n-1[]`|", max_size=80))
def test_any_text_loses_no_letter(text: str) -> None:
    """Only white space may change, and the number of a list of one."""
    letters = [character for character in joined(sentences(text)) if character in "ab"]
    assert [character for character in text if character in "ab"] == letters


@pytest.mark.parametrize(
    ("text", "expected"),
    [("One.", True), ("One. [1]", True), ("One [1]", True), ("一。", True), ("One", False), ("One and", False)],
)
def test_end_of_a_sentence_is_known(text: str, expected: bool) -> None:
    """What is cut in mid-sentence has none."""
    assert expected == sentences(text)[-1].is_ended


def test_list_with_one_item_left_needs_no_number() -> None:
    """ "2." alone would make people look for the first."""
    assert joined(sentences("1. One\n2. Two")[1:]) == "Two"
