"""One message to one answer: embed, search, judge, prompt, generate."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace

from assistant import citations, phrases
from assistant.conversations.model import Answer, PastTurn, PendingMessage, Trace
from assistant.errors import AssistantError, ConfigurationError, LanguageModelError, PromptTooLong
from assistant.gate import GateResult, judge
from assistant.grounding import grounded_text, quoted
from assistant.llm.base import Deadlines, Generation, GenerationParameters, LanguageModel, ServerInfo
from assistant.llm.retry import generate_with_retry
from assistant.reply_text import reply_text
from assistant.retrieve import Retriever
from assistant.vector_store.base import RetrievedChunk
from prompts.budget import FittedPrompt, fit
from prompts.model import Passage, Persona, PromptContext, Turn
from prompts.render import prompt_version, stop_sequences


@dataclass(frozen=True, slots=True)
class AnswerPolicy:
    """How to answer. `min_support`: see grounding.grounded_text; 0 leaves the model's text as it is."""

    persona: Persona
    max_distance: float
    max_new_tokens: int
    temperature: float
    repetition_penalty: float
    deadlines: Deadlines
    min_support: float = 0.0


class Answerer:
    """Answers from the knowledge set, or says that it doesn't know. Safe to share between threads."""

    def __init__(self, retriever: Retriever, model: LanguageModel, policy: AnswerPolicy) -> None:
        self._retriever = retriever
        self._model = model
        self._policy = policy

    def answer(self, message: PendingMessage, history: Sequence[PastTurn], knowledge_set: str) -> Answer:
        """The answer to a message after `history` (oldest first). Raises AssistantError."""
        if not message.text.strip():
            return Answer(phrases.HELP, "helped", (), Trace())
        clock = _Clock()
        with clock.step("retrieve"):
            found = self._retriever.retrieve(knowledge_set, message.text, [turn.text for turn in history])
        gate = judge(found, self._policy.max_distance)
        if not gate.is_open:
            return Answer(phrases.UNKNOWN, "refused", (), _trace(found.merged, gate, clock))
        return self._generate(message, history, gate, clock)

    def apologise(self, message: PendingMessage, knowledge_set: str, error: Exception) -> Answer:
        """What the customer gets when no answer can be had: the nearest passage where only the model is down."""
        trace = Trace(error=type(error).__name__)
        apology = Answer(phrases.APOLOGY, "failed", (), trace, is_dead=True)
        if not isinstance(error, LanguageModelError):
            return apology
        try:
            found = self._retriever.retrieve(knowledge_set, message.text, [])
        except AssistantError:
            return apology
        gate = judge(found, self._policy.max_distance)
        if not gate.is_open:
            return apology
        text = f"{phrases.QUOTED}\n\n{quoted(gate.chunks[0].text)} [1]"
        trace = replace(_trace(gate.chunks, gate, _Clock()), error=trace.error)
        return Answer(text, "quoted", citations.sources(text, gate.chunks[:1]), trace, is_dead=True)

    def _generate(
        self, message: PendingMessage, history: Sequence[PastTurn], gate: GateResult, clock: _Clock
    ) -> Answer:
        with clock.step("prompt"):
            info = self._model.info()
            family = info.model_family or _unknown_family(info)
            context = self._context(message, history, gate.chunks)
            parameters = self._parameters(family, info)
        fitted, generation = self._within_window(context, family, info, parameters, clock)
        shown = gate.chunks[: fitted.passages_used]
        trace = replace(
            _trace(gate.chunks, gate, clock),
            prompt_version=prompt_version(family),
            prompt=fitted.text,
            model_id=info.model_id,
            parameters=asdict(parameters),
        )
        if generation is None:
            return Answer(phrases.UNKNOWN, "refused", (), trace)
        text = self._grounded(reply_text(generation, len(shown)), shown)
        return Answer(text, "answered", citations.sources(text, shown), trace)

    def _grounded(self, text: str, shown: Sequence[RetrievedChunk]) -> str:
        """The text as far as the passages bear it out, or else the nearest of them, quoted."""
        if not self._policy.min_support:
            return text
        kept = grounded_text(text, [chunk.text for chunk in shown], self._policy.min_support)
        return kept or f"{quoted(shown[0].text)} [1]"

    def _context(
        self, message: PendingMessage, history: Sequence[PastTurn], chunks: Sequence[RetrievedChunk]
    ) -> PromptContext:
        return PromptContext(
            persona=self._policy.persona,
            question=Turn("customer", message.text, message.author_name),
            history=tuple(_turns(history)),
            passages=tuple(Passage(chunk.text, chunk.title, chunk.subheading) for chunk in chunks),
        )

    def _within_window(
        self,
        context: PromptContext,
        family: str,
        info: ServerInfo,
        parameters: GenerationParameters,
        clock: _Clock,
    ) -> tuple[FittedPrompt, Generation | None]:
        """The prompt and what came of it: nothing where no passage fits, as a model without one would guess.

        A server that finds the prompt too long all the same is given less once.
        """

        def count_tokens(text: str) -> int:
            with clock.step("tokenize"):
                return self._model.count_tokens(text)

        window = min(info.max_input_tokens, info.max_total_tokens - parameters.max_new_tokens)
        for limit in (window, window * 3 // 4):
            with clock.step("fit"):
                fitted = fit(context, family, count_tokens, limit)
            if fitted.passages_used == 0:
                return fitted, None
            try:
                with clock.step("generate"):
                    return fitted, generate_with_retry(self._model, fitted.text, parameters, self._policy.deadlines)
            except PromptTooLong as exc:
                refusal = exc
        raise refusal

    def _reply_tokens(self, total: int) -> int:
        """Room for the reply: what is set, but never more than half of a small window."""
        return min(self._policy.max_new_tokens, total // 2)

    def _parameters(self, family: str, info: ServerInfo) -> GenerationParameters:
        return GenerationParameters(
            max_new_tokens=self._reply_tokens(info.max_total_tokens),
            temperature=self._policy.temperature,
            repetition_penalty=self._policy.repetition_penalty,
            stop=stop_sequences(family),
        )


class _Clock:
    """Seconds by step, all passes together; a step may lie within another."""

    def __init__(self) -> None:
        self.timings_s: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            taken_s = self.timings_s.get(name, 0.0) + time.perf_counter() - started
            self.timings_s[name] = round(taken_s, 6)


def _turns(history: Sequence[PastTurn]) -> Iterator[Turn]:
    for past in history:
        yield Turn("customer", past.text, past.author_name)
        if past.reply:
            yield Turn("agent", past.reply)


def _unknown_family(info: ServerInfo) -> str:
    raise ConfigurationError(
        f"the server doesn't tell the prompt format of {info.model_id!r}: set ASSISTANT_MODEL_FAMILY (llama2, chatml)"
    )


def _trace(chunks: Sequence[RetrievedChunk], gate: GateResult, clock: _Clock) -> Trace:
    values = asdict(replace(gate, chunks=()))
    del values["chunks"]
    return Trace(chunks=tuple(map(_facts, chunks)), gate=values, timings_s=clock.timings_s)


def _facts(chunk: RetrievedChunk) -> dict[str, object]:
    """As asdict, which takes a copy of each value, and ten times as long."""
    return {name: getattr(chunk, name) for name in RetrievedChunk.__slots__}
