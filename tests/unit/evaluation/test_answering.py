"""Questions that are answered for an evaluation, with the real model client against the fake TGI."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.answer import Answerer, AnswerPolicy
from assistant.conversations.model import PastTurn
from assistant.evaluation.answering import Answering
from assistant.evaluation.closed_book import ClosedBook
from assistant.evaluation.conversation import past_turns
from assistant.evaluation.judging import Judging
from assistant.evaluation.metered_model import MeteredModel
from assistant.evaluation.questions import Gold, PastMessage, Question
from assistant.evaluation.similarity import similarities
from assistant.llm.base import Deadlines
from assistant.llm.tgi import TgiModel
from assistant.retrieve import Retriever
from assistant.vector_store.base import Chunk, Document
from assistant.vector_store.scope import Scope
from prompts.persona import load_persona
from tests.fakes.embedder import TopicEmbedder
from tests.fakes.knowledge_models import OneModel
from tests.fakes.model_behaviours import RawAnswer, Reply
from tests.fakes.tgi_server import FakeTgi
from tests.fakes.vector_store import FakeVectorStore

POLICY = AnswerPolicy(load_persona("default"), 0.6, 50, 0.1, 1.1, Deadlines(total_s=2))
HISTORY = (PastMessage("customer", "Hello"), PastMessage("agent", "Hi, how can I help?"))
ASKED = Question("q", "how do returns work?", HISTORY, answerable=True, gold=(Gold("r.md", ""),), answer="In 30 days.")
STRANGE = Question("s", "chocolate cake?", answerable=False)


@pytest.fixture
def tgi() -> Iterator[FakeTgi]:
    with FakeTgi(answer=lambda _: "All returns take 30 days [1].") as server:
        yield server


def judging() -> Judging:
    """Knows one passage about returns, and twelve about shipping."""
    embedder, store = TopicEmbedder("returns", "shipping"), FakeVectorStore()
    known = store.open_set("default", embedder.identity)
    texts = {"/docs/r.md": "All returns take 30 days."} | {f"/docs/s{n}.md": f"shipping {n}" for n in range(12)}
    for uri, text in texts.items():
        chunk = Chunk(text, (), "", 5)
        vectors = {chunk.key: embedder.embed_passages([text])}
        store.replace_document(known, Document(uri, Path(uri).stem, "0"), [chunk], vectors)
    return Judging(Retriever(OneModel(embedder), store, 10), POLICY, Scope.of("default"), top_k=5)


def answering(tgi: FakeTgi) -> Answering:
    judge, model = judging(), MeteredModel(TgiModel(tgi.url))
    return Answering(judge, Answerer(judge.retriever.reaching(5), model, POLICY), model)


def test_question_is_judged_without_a_language_model() -> None:
    """Ten results deep, with what decided."""
    found = judging().result(ASKED)
    assert (found.decision, found.place, len(found.results)) == ("answer", 1, 10)
    assert found.gate is not None
    assert found.gate["nearest_alone"] == pytest.approx(0.0, abs=1e-6)
    assert found.distance == pytest.approx(found.gate["doubt"])
    assert found.searched[0] == ASKED.query
    assert found.results[0].uri == "/docs/r.md"
    strange = judging().result(STRANGE)
    assert (strange.decision, strange.place, strange.has_gold) == ("refuse", None, False)
    assert strange.gate is not None
    assert strange.gate["max_distance"] == 0.6


def test_answer_is_noted_with_its_citations_and_tokens(tgi: FakeTgi) -> None:
    """As a worker would have answered, the conversation before it included."""
    found = answering(tgi).result(ASKED)
    assert (found.decision, found.answer) == ("answer", "All returns take 30 days [1].")
    assert [(each.number, each.uri) for each in found.citations] == [(1, "/docs/r.md")]
    assert (found.cited_sentences, found.supported_sentences) == (1, 1)
    assert (found.prompt_tokens or 0) > 50
    assert found.generated_tokens == 7  # the end of the text is one
    assert "Hello [/INST] Hi, how can I help?" in str(tgi.generations[0].json["inputs"])


def test_refusal_asks_no_model(tgi: FakeTgi) -> None:
    """Its text is what the customer reads."""
    found = answering(tgi).result(STRANGE)
    assert (found.decision, found.citations, tgi.generations) == ("refuse", (), [])
    assert found.answer.startswith("I don't know")


def test_failure_of_the_model_is_an_error_of_the_question(tgi: FakeTgi) -> None:
    """What was found is noted all the same."""
    tgi.script(*[RawAnswer()] * 12)
    found = answering(tgi).result(ASKED)
    assert (found.decision, found.answer, found.place) == ("error", "", 1)
    assert found.error.startswith("ModelUnavailable: ")


def test_closed_book_answers_without_any_passage(tgi: FakeTgi) -> None:
    """From the model's own head, after what was said before."""
    tgi.script(Reply("Perhaps a week [1]."))
    found = ClosedBook(MeteredModel(TgiModel(tgi.url)), POLICY).result(ASKED)
    assert (found.decision, found.answer, found.results) == ("answer", "Perhaps a week.", ())
    [request] = tgi.generations
    assert "30 days" not in str(request.json)
    assert "Hi, how can I help?" in str(request.json)
    assert "passages" not in str(request.json["inputs"]).lower()


def test_closed_book_notes_what_failed(tgi: FakeTgi) -> None:
    """Not to be mistaken for an answer."""
    tgi.script(*[RawAnswer()] * 12)
    assert ClosedBook(MeteredModel(TgiModel(tgi.url)), POLICY).result(ASKED).decision == "error"


def test_history_becomes_turns() -> None:
    """An agent's message belongs to the customer's before it, or stands alone."""
    said = [("agent", "Hi"), ("customer", "a?"), ("agent", "A."), ("agent", "More."), ("customer", "b?")]
    history = tuple(PastMessage(role, text) for role, text in said)  # type: ignore[arg-type]
    assert past_turns(Question(1, "c?", history)) == [
        PastTurn("", "Hi", "", role="agent"),
        PastTurn("", "a?", "A.", decision="answered"),
        PastTurn("", "More.", "", role="agent"),
        PastTurn("", "b?", "", decision="answered"),
    ]


def test_similarity_is_the_cosine_of_both_texts() -> None:
    """Each text is embedded once."""
    embedder = TopicEmbedder("returns", "shipping")
    pairs = [("returns", "returns too"), ("returns", "shipping"), ("returns", "returns and shipping")]
    assert similarities(embedder, pairs) == pytest.approx([1.0, 0.0, 0.5**0.5], abs=1e-6)
    assert [len(each) for each in embedder.queries] == [4]
    assert similarities(embedder, []) == []
