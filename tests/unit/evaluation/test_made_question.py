"""What counts as a question for an answer."""

from __future__ import annotations

import pytest

from assistant.evaluation.made_question import Unusable, read_question

ANSWER = "You can return any bicycle within 30 days."
UNDER = ("Returns", "Deadlines")
QUESTION = "How long can I return a bicycle?"


@pytest.mark.parametrize(
    "written",
    [
        f" {QUESTION}",
        f"Question: {QUESTION}\n",
        f'"{QUESTION}"\nAnswer: You can return any bicycle.\nQuestion: And then?',
        "How long can I return a bicycle [1]?",
    ],
)
def test_question_is_read(written: str) -> None:
    """Marks of passages, quotation marks and what the model adds are left out."""
    assert read_question(written, ANSWER, UNDER) == QUESTION


def test_title_and_heading_may_be_asked_for() -> None:
    """The words of these count as the answer's own."""
    assert read_question("What are the deadlines for returns?", ANSWER, UNDER) == "What are the deadlines for returns?"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "no question"),
        (f"\n\n{ANSWER}", "no question"),
        ("You can return any bicycle.", "no question"),
        ("Is it a bicycle? Or a car that I return?", "no question"),
        ("How long?", "too short or too long"),
        (f"Can I return a bicycle {'and a bicycle ' * 20}?", "too short or too long"),
        ("What does the text say about the return of a bicycle?", "asks about the text itself"),
        ("How long can I return this?", "not to be understood by itself"),
        ("When can return any bicycle within 30 days?", "copied"),
        ("How long can I return a bicycle in 45 days?", "about something else"),
        ("When is the free inspection of a new bicycle?", "about something else"),
    ],
)
def test_what_is_of_no_use_is_told_by_its_reason(written: str, reason: str) -> None:
    """One of a few reasons, so that they can be counted."""
    with pytest.raises(Unusable, match=f"^{reason}$"):
        read_question(written, ANSWER, UNDER)


def test_question_of_the_pair_is_no_new_one() -> None:
    """Search would find its words, whatever it understands."""
    with pytest.raises(Unusable, match="copied"):
        read_question("Do you sell helmets?", "We sell helmets for children only.", ("Do you sell helmets?",))


def test_chinese_question_is_read() -> None:
    """There are no blanks to count words by."""
    question = "自行车可以在多少天内退回？"
    assert read_question(question, "您可以在三十天内退回任何自行车。", ("退货政策",)) == question
