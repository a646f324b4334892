"""Prompt techniques, from the template to the answer, with the real model client against the fake TGI."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from assistant.answering.examples import Examples
from assistant.conversations.handoffs import UNATTENDED
from assistant.conversations.model import Lease
from assistant.conversations.rated import RatedExchange
from assistant.manners import Manners
from assistant.reception import Reception
from assistant.vector_store.scope import Scope
from prompts.persona import load_persona
from tests.fakes.model_behaviours import Reply
from tests.fakes.tgi_server import FakeTgi
from tests.unit.assistant.test_answer import RETURNS, SCOPE, answerer, message
from tests.unit.assistant.test_reception import Past

QUESTION = "how do returns work?"
RATED = (RatedExchange(7, "may I return a bike?", "Yes [1]."), RatedExchange(9, "any fees?", "None [1]."))


@pytest.fixture
def tgi() -> Iterator[FakeTgi]:
    with FakeTgi(answer=lambda _: "Thirty days [1].") as server:
        yield server


def prompt(tgi: FakeTgi) -> str:
    return str(tgi.generations[-1].json["inputs"])


def test_examples_stand_in_the_prompt_and_in_the_trace(tgi: FakeTgi) -> None:
    """With their ids, so that they can be forgotten there."""
    answer = answerer(tgi).answer(message(QUESTION), [], SCOPE, template="few_shot", examples=lambda _: RATED)
    assert "Example question: may I return a bike?\nExample reply: Yes [1].\n\nExample question: any" in prompt(tgi)
    assert answer.trace.example_ids == (7, 9)
    assert answer.trace.prompt_version.startswith("llama2/few_shot@")
    assert "examples" in (answer.trace.timings_s or {})


def test_examples_are_not_looked_for_in_vain(tgi: FakeTgi) -> None:
    """Other templates have no place for them."""

    def looked_for(_: str) -> Sequence[RatedExchange]:
        raise AssertionError

    answer = answerer(tgi).answer(message(QUESTION), [], SCOPE, examples=looked_for)
    assert (answer.decision, answer.trace.example_ids) == ("answered", ())


def test_thoughts_are_cut_from_the_answer(tgi: FakeTgi) -> None:
    """What people read begins behind the label."""
    tgi.script(Reply(" Passage 1 tells how long returns take.\nMy reply: returns take 30 days [1]."))
    answer = answerer(tgi).answer(message(QUESTION), [], SCOPE, template="step_by_step")
    assert answer.text == "returns take 30 days [1]."
    assert prompt(tgi).endswith("[/INST] My thoughts:")


def test_thoughts_alone_are_no_answer(tgi: FakeTgi) -> None:
    """After another try the passage is quoted instead."""
    tgi.script(Reply(" I wonder about the secret plan."), Reply(" I still wonder about the secret plan."))
    answer = answerer(tgi).answer(message(QUESTION), [], SCOPE, template="step_by_step")
    assert "secret" not in answer.text
    assert answer.text.startswith(f"> {RETURNS[:20]}")


def test_channel_and_conversation_tell_the_template(tgi: FakeTgi) -> None:
    """Of two that are compared, each has its conversations, and the trace names it."""
    manners = Manners({"slack:C1": {"template": ["answer", "step_by_step"]}, "slack:C2": {"template": "few_shot"}})
    reception = Reception(answerer(tgi), Past(), manners, UNATTENDED, load_persona)

    def template(conversation_id: int, channel: str) -> str:
        tgi.script(Reply(" I think.\nMy reply: returns take 30 days [1]."))
        answer = reception.answer(message(QUESTION), [], Lease(conversation_id, 1, "default", "slack", "T1", channel))
        return answer.trace.prompt_version.partition("/")[2].partition("@")[0]

    assert {template(number, "C1") for number in range(12)} == {"answer", "step_by_step"}
    assert len({template(5, "C1") for _ in range(3)}) == 1
    assert template(5, "C2") == "few_shot"
    assert template(5, "C3") == "answer"


def test_examples_are_those_of_the_conversation(tgi: FakeTgi) -> None:
    """Reception knows where it is asked; the answerer does not."""
    asked: list[tuple[Lease, Scope]] = []

    class Asked(Examples):
        def __init__(self) -> None:
            pass

        def nearest(self, lease: Lease, scope: Scope, question: str) -> Sequence[RatedExchange]:
            asked.append((lease, scope))
            return RATED[:1]

    lease = Lease(1, 1, "default", "slack", "T1", "C1")
    manners = Manners({"slack:C1": {"template": "few_shot", "audience": ["staff"]}})
    reception = Reception(answerer(tgi), Past(), manners, UNATTENDED, load_persona, examples=Asked())
    assert reception.answer(message(QUESTION), [], lease).trace.example_ids == (7,)
    assert asked == [(lease, Scope.of("default", ("everyone", "staff")))]


def test_thoughts_are_never_seen_while_they_are_written(tgi: FakeTgi) -> None:
    """Only what may be read at last is read before."""
    seen: list[str] = []
    reply = "You can send it back to us, as the returns take 30 days [1]. After that it is all yours to keep for ever."
    tgi.script(Reply(f" The secret plan is to think about it.\nMy reply: {reply}", token_s=0.1))
    asked = message("How do returns work when I have bought something in your shop?")
    answerer(tgi).answer(asked, [], SCOPE, template="step_by_step", show=lambda text, *_: seen.append(text))
    assert seen
    assert [text for text in seen if not reply.startswith(text.removesuffix("…").strip())] == []
