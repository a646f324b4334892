"""From one turn to the next: rewriting, asking back, and limits that were calibrated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from assistant.answer import Answerer, AnswerPolicy
from assistant.conversations.model import PastTurn, PendingMessage
from assistant.embedding.distances import NearDistances
from assistant.llm.base import Deadlines
from assistant.llm.tgi import TgiModel
from assistant.retrieve import Retriever
from assistant.rewriting.base import Rewriter
from assistant.vector_store.base import Chunk, Document
from assistant.vector_store.scope import Scope
from prompts.model import Turn
from prompts.persona import load_persona
from tests.fakes.embedder import TopicEmbedder
from tests.fakes.knowledge_models import OneModel
from tests.fakes.tgi_server import FakeTgi
from tests.fakes.vector_store import FakeVectorStore
from tests.unit.assistant.test_answer import message

SCOPE = Scope.of("default")
TEXTS = {"Returns by post": "returns and parcels take 30 days", "Returns in shops": "returns and shops take a day"}


@pytest.fixture
def tgi() -> Iterator[FakeTgi]:
    with FakeTgi(answer=lambda _: "A day [1].") as server:
        yield server


def answerer(
    tgi: FakeTgi, rewriter: Rewriter | None = None, calibrated: NearDistances | None = None, overheard: float = 0.1
) -> Answerer:
    """Knows two things about returns, both at a distance of 0.29 from the bare word."""
    embedder, store = TopicEmbedder("returns", "parcels", "shops"), FakeVectorStore()
    opened = store.open_set("default", embedder.identity)
    for heading, text in TEXTS.items():
        chunk = Chunk(text, (heading,), "", 9)
        vectors = {chunk.key: embedder.embed_passages([text])}
        store.replace_document(opened, Document(f"{heading}.md", heading, "0"), [chunk], vectors)
    policy = AnswerPolicy(load_persona("default"), 0.6, 50, 0.1, 1.1, Deadlines(total_s=20))
    policy = replace(policy, overheard_distance=overheard, calibrated=lambda *_: calibrated)
    return Answerer(Retriever(OneModel(embedder), store, 5), TgiModel(tgi.url, model_family="llama2"), policy, rewriter)


def overheard(text: str) -> PendingMessage:
    return replace(message(text), is_overheard=True)


def test_vague_question_is_asked_back_and_its_answer_understood(tgi: FakeTgi) -> None:
    """The number stands for the choice, by which is searched and answered."""
    asking = answerer(tgi)
    first = asking.answer(message("returns?"), [], SCOPE)
    assert (first.decision, first.sources, len(first.chunk_ids), tgi.generations) == ("asked_back", (), 2, [])
    assert "1. Returns by post\n2. Returns in shops" in first.text

    turn = PastTurn("Ada", "returns?", first.text, decision="asked_back")
    second = asking.answer(message("2"), [turn], SCOPE)
    assert (second.decision, second.trace.searched[0]) == ("answered", "Returns in shops")


def test_nobody_is_asked_back_twice_in_a_row(tgi: FakeTgi) -> None:
    """Then the best guess has to do."""
    turn = PastTurn("Ada", "", "1. This\n2. That", decision="asked_back")
    assert answerer(tgi).answer(message("returns?"), [turn], SCOPE).decision == "answered"


def test_what_is_overheard_is_never_asked_back(tgi: FakeTgi) -> None:
    """Whoever did not ask is not asked."""
    assert answerer(tgi).answer(overheard("returns?"), [], SCOPE).decision == "refused"
    assert answerer(tgi, overheard=0.4).answer(overheard("returns?"), [], SCOPE).decision == "answered"


class Renames:
    """A Rewriter to one and the same question."""

    def __init__(self) -> None:
        self.history: Sequence[Turn] = ()

    def rewritten(self, question: str, history: Sequence[Turn]) -> str:
        self.history = history
        return "How long do returns in shops take?"


def test_question_is_searched_as_it_was_rewritten(tgi: FakeTgi) -> None:
    """From all that was said, the assistant's own words included; it is answered as it was asked."""
    rewriter = Renames()
    past = [PastTurn("Ada", "I was in one of your shops", "How was it?", decision="answered")]
    answer = answerer(tgi, rewriter).answer(message("how long?"), past, SCOPE)
    assert answer.trace.searched[0] == "How long do returns in shops take?"
    assert "rewrite" in (answer.trace.timings_s or {})
    assert [turn.role for turn in rewriter.history] == ["customer", "agent"]
    assert "how long?" in answer.trace.prompt
    assert "How long do returns in shops take?" not in answer.trace.prompt


@pytest.mark.parametrize(
    ("limits", "asked", "unasked"),
    [
        (None, "answered", "refused"),
        (NearDistances(0.2, 0.1), "refused", "refused"),
        (NearDistances(0.4, 0.4), "answered", "answered"),
        (NearDistances(0.4, -1.0), "answered", "refused"),
    ],
)
def test_calibrated_limits_decide(tgi: FakeTgi, limits: NearDistances | None, asked: str, unasked: str) -> None:
    """Both of them, in place of those that suit the embedding model."""
    asking = answerer(tgi, calibrated=limits)
    text = "how long do returns take with you?"
    assert asking.answer(message(text), [], SCOPE).decision == asked
    assert asking.answer(overheard(text), [], SCOPE).decision == unasked
