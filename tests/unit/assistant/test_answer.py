"""One message to one answer, with the real model client against the fake TGI."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assistant import phrases
from assistant.answer import Answerer, AnswerPolicy
from assistant.conversations.model import PastTurn, PendingMessage
from assistant.embedding.distances import NearDistances
from assistant.errors import ConfigurationError, PromptTooLong
from assistant.llm.base import Deadlines
from assistant.llm.tgi import TgiModel
from assistant.retrieve import Retriever
from assistant.vector_store.base import Chunk, Document
from assistant.vector_store.scope import Scope
from prompts.persona import load_persona
from tests.fakes.embedder import TopicEmbedder
from tests.fakes.knowledge_models import OneModel
from tests.fakes.model_behaviours import Refusal, Reply
from tests.fakes.tgi_server import FakeTgi, TgiLimits
from tests.fakes.vector_store import FakeVectorStore

TOO_LONG = Refusal(422, "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096", "validation")
SCOPE = Scope.of("default")
RETURNS = "returns take 30 days " * 400


@pytest.fixture
def tgi() -> Iterator[FakeTgi]:
    with FakeTgi(answer=lambda _: "Thirty days [1].") as server:
        yield server


def answerer(
    tgi: FakeTgi,
    max_model_tokens: int | None = None,
    family: str = "llama2",
    min_support: float = 0.0,
    distances: Callable[[str], NearDistances | None] = lambda _: None,
    *,
    text: str = RETURNS,
) -> Answerer:
    """Knows two passages about returns."""
    embedder, store = TopicEmbedder("returns", "shipping"), FakeVectorStore()
    chunks = [Chunk(text, ("Returns",), "", 9), Chunk(f"{text} too", ("More",), "", 9)]
    vectors = {chunk.key: embedder.embed_passages([chunk.text]) for chunk in chunks}
    store.replace_document(
        store.open_set("default", embedder.identity), Document("r.md", "Returns", "0"), chunks, vectors
    )
    policy = AnswerPolicy(load_persona("default"), 0.6, 50, 0.1, 1.1, Deadlines(total_s=20), min_support)
    policy = replace(policy, distances=distances)
    model = TgiModel(tgi.url, model_family=family, max_total_tokens=max_model_tokens)
    return Answerer(Retriever(OneModel(embedder), store, 5), model, policy)


def message(text: str) -> PendingMessage:
    return PendingMessage(1, "U1", "Ada", text, 0, datetime.now(UTC), names_assistant=True)


def test_answer_comes_with_its_sources_and_its_trace(tgi: FakeTgi) -> None:
    """What was generated, from what, and by which prompt, model and parameters."""
    answer = answerer(tgi).answer(message("how do returns work?"), [PastTurn("Ada", "hi", "Hello!")], SCOPE)
    assert (answer.decision, answer.text) == ("answered", "Thirty days [1].")
    assert [(source.number, source.title) for source in answer.sources] == [(1, "Returns")]
    assert answer.trace.prompt_version.startswith("llama2/answer@")
    assert "hi [/INST] Hello! </s>" in answer.trace.prompt
    assert answer.trace.parameters is not None
    assert answer.trace.parameters["repetition_penalty"] == 1.1
    assert set(answer.trace.timings_s or {}) == {
        "rewrite",
        "retrieve",
        "prompt",
        "fit",
        "tokenize",
        "generate",
        "check",
    }


def test_strange_question_is_refused_without_the_model(tgi: FakeTgi) -> None:
    """Beyond the cut-off nothing is asked of the server at all."""
    answer = answerer(tgi).answer(message("chocolate cake?"), [], SCOPE)
    assert (answer.decision, answer.text, answer.sources) == ("refused", phrases.ENGLISH.unknown, ())
    assert not tgi.requests


def test_too_long_prompt_is_shortened_once(tgi: FakeTgi) -> None:
    """The second prompt is smaller than the first, and its answer counts."""
    tgi.script(TOO_LONG, Reply("Thirty days."))
    answer = answerer(tgi).answer(message("how do returns work?"), [], SCOPE)
    assert answer.text == "Thirty days [1]."


def test_prompt_that_stays_too_long_is_the_operators_to_see(tgi: FakeTgi) -> None:
    """After one try with less the error comes out."""
    tgi.script(TOO_LONG, TOO_LONG)
    with pytest.raises(PromptTooLong):
        answerer(tgi).answer(message("how do returns work?"), [], SCOPE)


def test_no_room_for_any_passage_is_a_refusal(tgi: FakeTgi) -> None:
    """A model that sees no passage would guess."""
    rules_and_question_only = 700
    answer = answerer(tgi, rules_and_question_only).answer(message("how do returns work?"), [], SCOPE)
    assert (answer.decision, answer.sources, tgi.generations) == ("refused", (), [])


def test_unknown_prompt_format_names_the_setting() -> None:
    """A model that nobody knows is not guessed at."""
    with (
        FakeTgi(limits=TgiLimits(model_id="acme/unheard-of")) as tgi,
        pytest.raises(ConfigurationError, match="ASSISTANT_MODEL_FAMILY"),
    ):
        answerer(tgi, family="").answer(message("how do returns work?"), [], SCOPE)


def test_invention_gives_way_to_the_passage(tgi: FakeTgi) -> None:
    """With support demanded, an unsupported text is replaced by the nearest passage, with its source."""
    tgi.script(Reply("Install Adobe Creative Cloud."))
    answer = answerer(tgi, min_support=0.75).answer(message("how do returns work?"), [], SCOPE)
    assert answer.text.startswith("> returns take 30 days")
    assert [source.number for source in answer.sources] == [1]


def test_distances_that_suit_the_embedding_model_decide(tgi: FakeTgi) -> None:
    """A set that moved to another model is judged by what is near for that one."""
    stricter = {"topics": NearDistances(-1.0, -1.0)}
    answer = answerer(tgi, distances=stricter.get).answer(message("how do returns work?"), [], SCOPE)
    assert answer.decision == "refused"


def test_verbatim_answer_needs_no_model(tgi: FakeTgi) -> None:
    """The very question stands in the documents: their words, their source, and nothing generated."""
    pair = "Where are returns sent to?\nTo the warehouse in Berlin.\nBy parcel."
    answers = answerer(tgi, text=pair)
    answer = answers.answer(message("where are the returns sent to"), [], SCOPE, verbatim=True)
    assert answer.text == "To the warehouse in Berlin.\nBy parcel. [1]"
    assert (answer.decision, answer.trace.model_id, answer.trace.checks) == ("answered", "", {"verbatim": True})
    assert [source.number for source in answer.sources] == [1]
    assert tgi.generations == []


def test_other_question_is_for_the_model(tgi: FakeTgi) -> None:
    """Also where verbatim answers are allowed; and by themselves they are not."""
    pair = "Where are returns sent to?\nTo the warehouse in Berlin, within 30 days."
    answers = answerer(tgi, text=pair)
    answers.answer(message("where are the returns not sent to"), [], SCOPE, verbatim=True)
    answers.answer(message("where are the returns sent to"), [], SCOPE)
    assert len(tgi.generations) == 2
