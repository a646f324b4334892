"""Rewriting by the model, over HTTP against the fake TGI."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.llm.tgi import TgiModel
from assistant.rewriting.by_model import MAX_NEW_TOKENS, ModelRewriter
from prompts.model import Turn
from tests.fakes.model_behaviours import Refusal, Reply
from tests.fakes.tgi_server import FakeTgi

HISTORY = (Turn("customer", "Can I return a bicycle?"), Turn("agent", "Yes, within 30 days."))
REWRITTEN = "How much is the return of a bicycle?"


@pytest.fixture
def tgi() -> Iterator[FakeTgi]:
    with FakeTgi(answer=lambda _: REWRITTEN) as server:
        yield server


@pytest.fixture
def rewriter(tgi: FakeTgi) -> ModelRewriter:
    return ModelRewriter(TgiModel(tgi.url, model_family="llama2"), max_s=10)


def test_question_that_leans_on_others_is_rewritten(rewriter: ModelRewriter, tgi: FakeTgi) -> None:
    """By one short generation without chance, from what was said before."""
    assert rewriter.rewritten("and how much is it?", HISTORY) == REWRITTEN
    [sent] = [request.json for request in tgi.generations]
    assert "Can I return a bicycle? [/INST] Yes, within 30 days." in sent["inputs"]
    assert "and how much is it? [/INST]" in sent["inputs"]
    assert (sent["parameters"]["max_new_tokens"], sent["parameters"].get("do_sample")) == (MAX_NEW_TOKENS, False)


@pytest.mark.parametrize(
    ("question", "history"),
    [
        pytest.param("How long does a refund take?", HISTORY, id="stands alone"),
        pytest.param("and how much is it?", (), id="first turn"),
        pytest.param("and how much is it?", (Turn("agent", "Hello!"), Turn("customer", " ")), id="nothing was said"),
    ],
)
def test_clear_question_costs_no_call(
    rewriter: ModelRewriter, tgi: FakeTgi, question: str, history: tuple[Turn, ...]
) -> None:
    """And comes back to the letter."""
    assert rewriter.rewritten(question, history) == question
    assert not tgi.requests


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(Reply("The return is free."), id="an answer"),
        pytest.param(Reply(""), id="nothing"),
        pytest.param(Refusal(429, "Model is overloaded", "overloaded"), id="overloaded"),
        pytest.param(Refusal(422, "`inputs` tokens + `max_new_tokens` must be <= 4096", "validation"), id="too long"),
    ],
)
def test_failure_is_never_the_customers(rewriter: ModelRewriter, tgi: FakeTgi, behaviour: Reply | Refusal) -> None:
    """The question is searched as it was asked."""
    tgi.script(behaviour)
    assert rewriter.rewritten("and how much is it?", HISTORY) == "and how much is it?"


def test_server_that_is_gone_is_no_failure(tgi: FakeTgi) -> None:
    """Nor is an unknown prompt format."""
    assert ModelRewriter(TgiModel("http://127.0.0.1:9", model_family="llama2")).rewritten("and?", HISTORY) == "and?"
