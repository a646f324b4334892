"""Answers from the model's own head, to compare with: `retrieval=off`. The product never answers so."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from assistant.answer import AnswerPolicy
from assistant.answering.reply_text import closed, ended_text
from assistant.errors import GenerationIncomplete, LanguageModelError
from assistant.evaluation.answering import failed
from assistant.evaluation.metered_model import MeteredModel
from assistant.evaluation.questions import Question
from assistant.evaluation.result import Result
from assistant.llm.base import Generation
from assistant.llm.family import served_family
from assistant.llm.retry import generate_with_retry
from prompts.budget import fit
from prompts.errors import PromptError
from prompts.model import PromptContext, Turn

TEMPLATE = "closed_book"


@dataclass(frozen=True, slots=True)
class ClosedBook:
    """Answers every question, whatever it is. Safe to share between threads."""

    model: MeteredModel
    policy: AnswerPolicy

    def result(self, question: Question) -> Result:
        """The result with its answer, or with what the language model failed by."""
        started = time.perf_counter()
        asked = Result(
            question.id,
            question.query,
            question.answerable,
            bool(question.gold),
            "answer",
            reference=question.answer,
        )
        try:
            with self.model.metered() as tokens:
                text = closed(ended_text(self._generation(question), passages=0))
        except (LanguageModelError, PromptError) as exc:
            return failed(asked, exc)
        if not text:
            return failed(asked, GenerationIncomplete("the model returned no text"))
        latency_s = round(time.perf_counter() - started, 6)
        return replace(
            asked,
            answer=text,
            prompt_tokens=tokens.read or None,
            generated_tokens=tokens.written or None,
            latency_s=latency_s,
            timings_s={"generate": latency_s},
        )

    def _generation(self, question: Question) -> Generation:
        info = self.model.info()
        family = served_family(info)
        parameters = self.policy.parameters(family, info)
        history = tuple(Turn(message.role, message.text) for message in question.history)
        context = PromptContext(self.policy.persona, Turn("customer", question.query), history)
        window = info.max_prompt_tokens(parameters.max_new_tokens)
        fitted = fit(context, family, self.model.count_tokens, window, TEMPLATE)
        return generate_with_retry(self.model, fitted.text, parameters, self.policy.deadlines)
