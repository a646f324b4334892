"""Questions made by a model over HTTP."""

from __future__ import annotations

import pytest

from assistant.errors import ModelUnavailable
from assistant.evaluation.question_maker import TRIES, Answer, QuestionMaker, answers
from assistant.evaluation.sampled_chunks import SampledChunk
from assistant.llm.base import Deadlines
from assistant.llm.tgi import TgiModel
from tests.fakes.model_behaviours import RawAnswer, Reply
from tests.fakes.tgi_server import FakeTgi

DEADLINES = Deadlines(total_s=2)


def chunk(number: int, text: str, *, is_pair: bool = False) -> SampledChunk:
    return SampledChunk(number, f"/docs/{number}.md", "Returns", "", text, is_pair)


def answer(number: int) -> Answer:
    text = f"Bicycle number {number} can be returned in {number} days."
    return Answer(text, chunk(number, text))


def written(number: int) -> Reply:
    return Reply(f" When can bicycle number {number} be returned?\nAnswer: soon.")


def test_every_chunk_is_asked_for_once_before_any_is_again() -> None:
    """The sentence that says most first; of a pair only its answer."""
    pair = chunk(2, "Do you sell helmets of all sizes?\nWe sell helmets for small children only.", is_pair=True)
    says_most = "Every new bicycle comes with a free inspection of brakes after six weeks."
    prose = chunk(1, f"A flat tyre is repaired within an hour. {says_most}")
    nothing = chunk(3, "# Opening hours")
    assert [(each.text, each.chunk.chunk_id) for each in answers([prose, nothing, pair])] == [
        (says_most, 1),
        ("We sell helmets for small children only.", 2),
        ("A flat tyre is repaired within an hour.", 1),
    ]


def test_questions_are_made_until_there_are_enough() -> None:
    """What is of no use, or there already, is dropped and counted."""
    with FakeTgi() as tgi:
        tgi.script(written(4), Reply("I see."), written(4), written(7))
        wanted_for = [answer(4), answer(5), answer(4), answer(7), answer(8)]
        made = QuestionMaker(TgiModel(tgi.url), DEADLINES).make(wanted_for, 2)
        assert len(tgi.generations) == 4
    assert [(each.question, each.answer.chunk.uri) for each in made.questions] == [
        ("When can bicycle number 4 be returned?", "/docs/4.md"),
        ("When can bicycle number 7 be returned?", "/docs/7.md"),
    ]
    assert made.dropped == {"no question": 1, "asked before": 1}


def test_model_is_told_the_answer_and_what_it_stands_under() -> None:
    """But of a pair no question: it would be given back."""
    pair = chunk(2, "Do you sell helmets of all sizes?\nWe sell helmets for small children only.", is_pair=True)
    with FakeTgi() as tgi:
        QuestionMaker(TgiModel(tgi.url), DEADLINES).make([answer(4), *answers([pair])], 2)
        of_prose, of_pair = (str(each.json["inputs"]) for each in tgi.generations)
    assert "Returns: Bicycle number 4 can be returned in 4 days.\n" in of_prose
    assert "\nWe sell helmets for small children only.\n" in of_pair.replace("[INST] ", "\n")
    assert "all sizes" not in of_pair


def test_so_many_are_tried_and_no_more() -> None:
    """A model that writes nothing of use must not keep its operator waiting; `on_made` heard of each that is."""
    heard: list[int] = []
    with FakeTgi() as tgi:
        tgi.script(written(4), *[Reply("I see.")] * 20)
        made = QuestionMaker(TgiModel(tgi.url), DEADLINES).make([answer(4)] * 20, 2, on_made=heard.append)
        assert len(tgi.generations) == 2 * TRIES
    assert (len(made.questions), heard, made.dropped) == (1, [1], {"no question": 2 * TRIES - 1})


def test_model_that_is_down_is_the_users_to_see() -> None:
    """It is no question of what it wrote."""
    with FakeTgi() as tgi:
        tgi.script(*[RawAnswer()] * 12)
        with pytest.raises(ModelUnavailable):
            QuestionMaker(TgiModel(tgi.url), DEADLINES).make([answer(1)], 1)
