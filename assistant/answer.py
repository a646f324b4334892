"""One message to one answer: embed, search, judge, prompt, generate."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace

from assistant import citations
from assistant.conversations.model import Answer, PastTurn, PendingMessage, Trace
from assistant.embedding.distances import NearDistances
from assistant.errors import AssistantError, ConfigurationError, LanguageModelError, PromptTooLong
from assistant.gate import GateResult, judge
from assistant.grounding import grounded_text, quoted
from assistant.llm.base import Deadlines, Generation, GenerationParameters, LanguageModel, ServerInfo
from assistant.llm.retry import generate_with_retry
from assistant.phrases import ENGLISH, Phrases
from assistant.preview import GrowingText
from assistant.reply_text import presentable, reply_text
from assistant.retrieve import Retriever
from assistant.vector_store.base import RetrievedChunk
from assistant.vector_store.scope import Scope
from assistant.worker import Show
from prompts.budget import FittedPrompt, fit
from prompts.model import Passage, Persona, PromptContext, Turn
from prompts.render import prompt_version, stop_sequences


@dataclass(frozen=True, slots=True)
class AnswerPolicy:
    """How to answer. `min_support`: see grounding.grounded_text; 0 leaves the model's text as it is.
    `overheard_distance` takes the place of `max_distance` where nobody asked; both are given anew by `distances` for
    embedding models whose vectors lie otherwise. `max_rerank_distance`: see gate.judge. `link_hosts`: hosts that links
    may lead to, beside the passages' own."""

    persona: Persona
    max_distance: float
    max_new_tokens: int
    temperature: float
    repetition_penalty: float
    deadlines: Deadlines
    min_support: float = 0.0
    overheard_distance: float = 0.35
    max_rerank_distance: float = 0.5
    link_hosts: tuple[str, ...] = ()
    distances: Callable[[str], NearDistances | None] = lambda _: None

    def near(self, model_name: str) -> NearDistances:
        """How near a chunk must be, by the vectors of that embedding model."""
        return self.distances(model_name) or NearDistances(self.max_distance, self.overheard_distance)


class Answerer:
    """Answers from the knowledge set, or says that it doesn't know. Safe to share between threads."""

    def __init__(self, retriever: Retriever, model: LanguageModel, policy: AnswerPolicy) -> None:
        self._retriever = retriever
        self._model = model
        self._policy = policy

    def answer(
        self,
        message: PendingMessage,
        history: Sequence[PastTurn],
        scope: Scope,
        *,
        phrases: Phrases = ENGLISH,
        persona: Persona | None = None,
        show: Show | None = None,
    ) -> Answer:
        """The answer to a message after `history` (oldest first), from what is in `scope`. `persona` takes the place of
        the policy's. `show` is given the text so far, the hosts of its links and its chunks while it is written. Raises
        AssistantError."""
        clock = _Clock()
        earlier = [turn.text for turn in history if turn.role == "customer"]
        with clock.step("retrieve"):
            found = self._retriever.retrieve(scope, message.text, earlier)
        policy = self._policy
        near = policy.near(found.model_name)
        limits = (near.asked, policy.max_rerank_distance)
        gate = judge(found, *((near.overheard,) if message.is_overheard else limits))
        if not gate.is_open:
            return Answer(phrases.unknown, "refused", (), _trace(found.merged, gate, clock))
        task = _Task(message, history, persona or policy.persona, phrases, gate, clock, show)
        return self._generate(task)

    def apologise(
        self, message: PendingMessage, scope: Scope, error: Exception, *, phrases: Phrases = ENGLISH
    ) -> Answer:
        """What the customer gets when no answer can be had: the nearest passage where only the model is down."""
        trace = Trace(error=type(error).__name__)
        apology = Answer(phrases.apology, "failed", (), trace, is_dead=True)
        if not isinstance(error, LanguageModelError):
            return apology
        try:
            found = self._retriever.retrieve(scope, message.text, [])
        except AssistantError:
            return apology
        gate = judge(found, self._policy.near(found.model_name).asked, self._policy.max_rerank_distance)
        if not gate.is_open:
            return apology
        text = f"{phrases.quoted}\n\n{quoted(gate.chunks[0].text)} [1]"
        trace = replace(_trace(gate.chunks, gate, _Clock()), error=trace.error)
        shown = gate.chunks[:1]
        sources = citations.sources(text, shown)
        return Answer(text, "quoted", sources, trace, is_dead=True, chunk_ids=_ids(shown))

    def _generate(self, task: _Task) -> Answer:
        gate, clock = task.gate, task.clock
        with clock.step("prompt"):
            info = self._model.info()
            family = info.model_family or _unknown_family(info)
            parameters = self._parameters(family, info)
        fitted, generation = self._within_window(task, family, info, parameters)
        shown = gate.chunks[: fitted.passages_used]
        trace = replace(
            _trace(gate.chunks, gate, clock),
            prompt_version=prompt_version(family),
            prompt=fitted.text,
            model_id=info.model_id,
            parameters=asdict(parameters),
        )
        if generation is None:
            return Answer(task.phrases.unknown, "refused", (), trace)
        text = self._grounded(reply_text(generation, len(shown)), shown)
        sources = citations.sources(text, shown)
        return Answer(text, "answered", sources, trace, link_hosts=self._link_hosts(shown), chunk_ids=_ids(shown))

    def _link_hosts(self, shown: Sequence[RetrievedChunk]) -> tuple[str, ...]:
        """The hosts of the passages' documents, and those that are set."""
        return tuple(dict.fromkeys((*citations.hosts(shown), *self._policy.link_hosts)))

    def _growing(self, task: _Task, shown: Sequence[RetrievedChunk]) -> GrowingText | None:
        """What shows the text of a generation from these passages while it comes, as the final text will be."""
        if task.show is None:
            return None
        show, hosts, chunk_ids = task.show, self._link_hosts(shown), _ids(shown)

        def present(text: str) -> str:
            seen = presentable(text, len(shown))
            min_support = self._policy.min_support
            return grounded_text(seen, [chunk.text for chunk in shown], min_support) if min_support else seen

        return GrowingText(lambda text: show(text, hosts, chunk_ids), present)

    def _grounded(self, text: str, shown: Sequence[RetrievedChunk]) -> str:
        """The text as far as the passages bear it out, or else the nearest of them, quoted."""
        if not self._policy.min_support:
            return text
        kept = grounded_text(text, [chunk.text for chunk in shown], self._policy.min_support)
        return kept or f"{quoted(shown[0].text)} [1]"

    def _within_window(
        self, task: _Task, family: str, info: ServerInfo, parameters: GenerationParameters
    ) -> tuple[FittedPrompt, Generation | None]:
        """The prompt and what came of it: nothing where no passage fits, as a model without one would guess.

        A server that finds the prompt too long all the same is given less once.
        """

        clock, context = task.clock, task.context()

        def count_tokens(text: str) -> int:
            with clock.step("tokenize"):
                return self._model.count_tokens(text)

        window = min(info.max_input_tokens, info.max_total_tokens - parameters.max_new_tokens)
        for limit in (window, window * 3 // 4):
            with clock.step("fit"):
                fitted = fit(context, family, count_tokens, limit)
            if fitted.passages_used == 0:
                return fitted, None
            growing = self._growing(task, task.gate.chunks[: fitted.passages_used])
            try:
                with clock.step("generate"):
                    return fitted, generate_with_retry(
                        self._model,
                        fitted.text,
                        parameters,
                        self._policy.deadlines,
                        on_text=growing.add if growing else None,
                        on_restart=growing.restart if growing else None,
                    )
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


@dataclass(frozen=True, slots=True)
class _Task:
    """A question that is to be answered from the chunks that passed the gate."""

    message: PendingMessage
    history: Sequence[PastTurn]
    persona: Persona
    phrases: Phrases
    gate: GateResult
    clock: _Clock
    show: Show | None

    def context(self) -> PromptContext:
        passages = (Passage(chunk.text, chunk.title, chunk.subheading) for chunk in self.gate.chunks)
        return PromptContext(
            persona=self.persona,
            question=Turn("customer", self.message.text, self.message.author_name),
            history=tuple(_turns(self.history)),
            passages=tuple(passages),
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
        yield Turn(past.role, past.text, past.author_name)
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


def _ids(chunks: Sequence[RetrievedChunk]) -> tuple[int, ...]:
    """All chunks in these passages, each once, in order."""
    return tuple(sorted({chunk_id for chunk in chunks for chunk_id in chunk.chunk_ids or (chunk.chunk_id,)}))


def _facts(chunk: RetrievedChunk) -> dict[str, object]:
    """As asdict, which takes a copy of each value, and ten times as long."""
    return {name: getattr(chunk, name) for name in RetrievedChunk.__slots__}
