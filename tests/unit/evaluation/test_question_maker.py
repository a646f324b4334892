"""Questions made by a model over HTTP."""

from __future__ import annotations

import pytest

from assistant.errors import ModelUnavailable
from assistant.evaluation.question_maker import QuestionMaker
from assistant.evaluation.sampled_chunks import SampledChunk
from assistant.llm.base import Deadlines
from assistant.llm.tgi import TgiModel
from tests.fakes.model_behaviours import RawAnswer, Reply
from tests.fakes.tgi_server import FakeTgi

DEADLINES = Deadlines(total_s=2)


def chunk(number: int) -> SampledChunk:
    return SampledChunk(
        number, f"/docs/{number}.md", "Returns", "", f"Bicycle number {number} is returned in {number} days."
    )


def written(number: int) -> Reply:
    return Reply(
        f" When is bicycle number {number} returned?\nAnswer: Bicycle number {number} is returned in {number} days."
    )


def test_questions_are_made_until_there_are_enough() -> None:
    """What is of no use, or there already, is dropped and counted."""
    with FakeTgi() as tgi:
        tgi.script(written(1), Reply("no form"), written(1), written(4), written(5))
        made = QuestionMaker(TgiModel(tgi.url), DEADLINES).make([chunk(n) for n in range(1, 9)], 2)
        assert len(tgi.generations) == 4
    assert [(each.question, each.chunk.uri) for each in made.questions] == [
        ("When is bicycle number 1 returned?", "/docs/1.md"),
        ("When is bicycle number 4 returned?", "/docs/4.md"),
    ]
    assert made.dropped == {"not of the form asked for": 1, "asked before": 1}


def test_chunks_may_run_out() -> None:
    """Then there are fewer questions; `on_made` heard of each."""
    heard: list[int] = []
    with FakeTgi() as tgi:
        tgi.script(written(1), written(2))
        made = QuestionMaker(TgiModel(tgi.url), DEADLINES).make([chunk(1), chunk(2)], 5, on_made=heard.append)
    assert (len(made.questions), heard) == (2, [1, 2])


def test_model_that_is_down_is_the_users_to_see() -> None:
    """It is no question of what it wrote."""
    with FakeTgi() as tgi:
        tgi.script(*[RawAnswer()] * 12)
        with pytest.raises(ModelUnavailable):
            QuestionMaker(TgiModel(tgi.url), DEADLINES).make([chunk(1)], 1)
