"""Answers questions as a worker does, and notes what came of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any, cast

from assistant.answer import Answerer
from assistant.conversations.model import Answer, Decision
from assistant.errors import LanguageModelError
from assistant.evaluation.citation_support import cited_sentences
from assistant.evaluation.conversation import past_turns, pending_message
from assistant.evaluation.judging import Judging
from assistant.evaluation.metered_model import MeteredModel
from assistant.evaluation.questions import Question
from assistant.evaluation.result import Citation, Result, Verdict
from prompts.errors import PromptError

_VERDICTS: dict[Decision, Verdict] = {
    "answered": "answer",
    "quoted": "answer",
    "refused": "refuse",
    "asked_back": "ask",
}


@dataclass(frozen=True, slots=True)
class Answering:
    """Searches, and then answers. Safe to share between threads."""

    judging: Judging
    answerer: Answerer
    model: MeteredModel

    def result(self, question: Question) -> Result:
        """The result with its answer, or with what the language model failed by. Raises AssistantError for all else."""
        started = time.perf_counter()
        try:
            with self.model.metered() as tokens:
                answer = self.answerer.answer(pending_message(question), past_turns(question), self.judging.scope)
        except (LanguageModelError, PromptError) as exc:
            return failed(self.judging.result(question), exc)
        latency_s = round(time.perf_counter() - started, 6)
        judged = self.judging.result(question, next(iter(answer.trace.searched), ""))
        decision = _VERDICTS[answer.decision]
        noted = replace(
            judged,
            decision=decision,
            answer=answer.text,
            gate=answer.trace.gate or judged.gate,
            citations=_citations(answer) if decision == "answer" else (),
            prompt_tokens=tokens.read or None,
            generated_tokens=tokens.written or None,
            latency_s=latency_s,
            timings_s=answer.trace.timings_s or {},
        )
        return _with_support(noted, answer) if decision == "answer" else noted


def failed(judged: Result, error: Exception) -> Result:
    """The result of a question that could not be answered."""
    return replace(judged, decision="error", error=f"{type(error).__name__}: {' '.join(str(error).split())}")


def _with_support(noted: Result, answer: Answer) -> Result:
    cited = cited_sentences(answer.text, [str(chunk["text"]) for chunk in answer.trace.chunks], noted.query)
    return replace(
        noted,
        cited_sentences=len(cited),
        supported_sentences=sum(sentence.is_supported for sentence in cited),
    )


def _citations(answer: Answer) -> tuple[Citation, ...]:
    """The sources, with the uris of the chunks that they are numbered by."""
    chunks = cast("tuple[dict[str, Any], ...]", answer.trace.chunks)
    return tuple(
        Citation(
            source.number,
            str(chunks[source.number - 1]["uri"]) if 1 <= source.number <= len(chunks) else source.document,
            source.title,
            source.quote,
        )
        for source in answer.sources
    )
