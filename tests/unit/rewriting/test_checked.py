"""What a model makes of a question is searched only where it is still that question."""

from __future__ import annotations

import pytest

from assistant.rewriting.checked import checked

EARLIER = ("I bought a bicycle in your shop in Bern", "You can return it within 30 days.")
QUESTION = "and how long does the refund take?"
GOOD = "How long does the refund for a bicycle take?"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (GOOD, GOOD),
        (f'"{GOOD}"\n', GOOD),
        (f"Question: {GOOD}", GOOD),
        (f"Sure! Here is the rewritten question: {GOOD}", GOOD),
        (f"{GOOD[:-1]} in Bern?", f"{GOOD[:-1]} in Bern?"),
        pytest.param("", None, id="nothing"),
        pytest.param(f"{GOOD}\n{GOOD}", None, id="two lines"),
        pytest.param("The refund takes 30 days.", None, id="an answer"),
        pytest.param("How long does the refund for a bicycle from Zurich take?", None, id="an invented name"),
        pytest.param("How long does the refund take after 45 days?", None, id="an invented number"),
        pytest.param("Where is your shop in Bern?", None, id="another question"),
        pytest.param("How long does the refund take and is there any insurance against theft abroad?", None, id="more"),
        pytest.param(f"{'How long does the refund take ' * 20}?", None, id="much too long"),
    ],
)
def test_only_the_same_question_passes(written: str, expected: str | None) -> None:
    """Without openings and quotes; None: search with the question itself."""
    assert checked(written, QUESTION, EARLIER) == expected


def test_numbers_that_were_said_may_come() -> None:
    """They are what the question leans on."""
    assert checked("Can I still return it after the 30 days?", "and after that, still return?", EARLIER) is not None
