"""Many questions at once."""

from __future__ import annotations

import threading

import pytest

from assistant.evaluation.asking import ask_all
from assistant.evaluation.questions import Question
from assistant.evaluation.result import Result
from tests.unit.evaluation.made_results import question, result

QUESTIONS = [question(number) for number in range(20)]


def test_so_many_are_asked_at_once() -> None:
    """Each waits for the others of its round, which would last for ever with fewer."""
    together = threading.Barrier(5)

    def slow(asked: Question) -> Result:
        together.wait(timeout=20)
        return result(asked)

    found = list(ask_all(QUESTIONS, slow, 5))
    assert sorted(each.id for each in found) == [each.id for each in QUESTIONS]


def test_error_ends_it() -> None:
    """It is raised where the results are waited for, and no further question is begun."""
    begun: list[object] = []

    def failing(asked: Question) -> Result:
        begun.append(asked.id)
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        list(ask_all(QUESTIONS, failing, 1))
    assert begun == [0]


def test_no_question_is_no_result() -> None:
    """And no thread."""
    assert list(ask_all([], result, 5)) == []
