"""What counts as a question with its answer."""

from __future__ import annotations

import pytest

from assistant.evaluation.made_question import AnsweredQuestion, Unusable, read_answered_question

PASSAGE = "You can return any bicycle within 30 days. Bring the receipt."
USABLE = AnsweredQuestion("How long can I return a bicycle?", "You can return any bicycle within 30 days.")


@pytest.mark.parametrize(
    "written",
    [
        " How long can I return a bicycle?\nAnswer: You can return any bicycle within 30 days.",
        "Question: How long can I return a bicycle?\n\nAnswer: You can return any bicycle within 30 days [1].\n",
        "How long can I return a bicycle?\nAnswer: You can return any bicycle\nwithin 30 days.\n\nQuestion: And then?",
        'How long can I return a bicycle?\nAnswer: "You can return any bicycle within 30 days."\nAnswer: No.',
    ],
)
def test_question_and_answer_are_read(written: str) -> None:
    """Marks of passages and what the model adds are left out."""
    assert read_answered_question(written, PASSAGE) == USABLE


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "not of the form asked for"),
        ("How long can I return a bicycle?", "not of the form asked for"),
        ("You can return any bicycle.\nAnswer: You can return any bicycle within 30 days.", "no question"),
        ("How long?\nAnswer: You can return any bicycle within 30 days.", "question too short or too long"),
        ("What does the text say about bicycles?\nAnswer: Bring the receipt.", "asks about the text itself"),
        ("How long can I return a bicycle?\nAnswer: How long would you like?", "no answer"),
        ("How long can I return a bicycle?\nAnswer: Install Adobe Creative Cloud.", "answer not in the passage"),
    ],
)
def test_what_is_of_no_use_is_told_by_its_reason(written: str, reason: str) -> None:
    """One of a few reasons, so that they can be counted."""
    with pytest.raises(Unusable, match=f"^{reason}$"):
        read_answered_question(written, PASSAGE)


def test_chinese_question_is_read() -> None:
    """There are no blanks to count words by."""
    passage = "您可以在三十天内退回任何自行车。请携带收据。"
    read = read_answered_question("自行车可以在多少天内退回?\nAnswer: 您可以在三十天内退回任何自行车。", passage)
    assert read == AnsweredQuestion("自行车可以在多少天内退回?", "您可以在三十天内退回任何自行车。")
