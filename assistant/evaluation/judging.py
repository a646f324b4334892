"""What a question finds, and whether the gate would have it answered: no language model is needed for it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from assistant.answer import AnswerPolicy
from assistant.answering.asking_back import choices
from assistant.answering.task import Clock
from assistant.answering.tracing import trace_of
from assistant.embedding.distances import NearDistances
from assistant.evaluation.hits import wanted_passages
from assistant.evaluation.questions import Question
from assistant.evaluation.result import FoundPassage, Result, Verdict
from assistant.evaluation.retrieval_measures import first_place
from assistant.gate import GateResult, judge
from assistant.retrieve import Retriever
from assistant.vector_store.scope import Scope


@dataclass(frozen=True, slots=True)
class Judging:
    """Searches deeper than the product does, and judges by as much as the product sees (`top_k`). Safe to share between
    threads."""

    retriever: Retriever
    policy: AnswerPolicy
    scope: Scope
    top_k: int

    def result(self, question: Question, rewritten: str = "") -> Result:
        """The result without an answer. `rewritten`: the question as it was made to stand alone, "" where it was not.
        Raises AssistantError."""
        started = time.perf_counter()
        earlier = [message.text for message in question.history if message.role == "customer"]
        found = self.retriever.retrieve(self.scope, rewritten or question.query, earlier)
        near = self.policy.near(found.model_name, self.scope.knowledge_sets)
        seen = replace(found, alone=found.alone[: self.top_k], in_context=found.in_context[: self.top_k])
        gate = judge(seen, near.asked, self.policy.max_rerank_distance, near.spread)
        results = found.merged if gate.stays else found.alone
        taken_s = round(time.perf_counter() - started, 6)
        return Result(
            question.id,
            question.query,
            question.answerable,
            bool(question.gold),
            _verdict(question, gate, near),
            searched=found.searched,
            results=tuple(map(FoundPassage.of, results)),
            place=first_place(wanted_passages(question.gold), results),
            distance=_decisive(gate),
            gate=trace_of((), gate, Clock()).gate,
            reference=question.answer,
            latency_s=taken_s,
            timings_s={"retrieve": taken_s},
        )


def _verdict(question: Question, gate: GateResult, near: NearDistances) -> Verdict:
    """As Answerer.answer decides it."""
    if not gate.is_open:
        return "refuse"
    return "ask" if choices(question.query, gate, near) else "answer"


def _decisive(gate: GateResult) -> float | None:
    """The reranker's, where there is one."""
    return gate.distance if gate.nearest_reranked is None else gate.nearest_reranked
