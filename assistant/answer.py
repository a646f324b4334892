"""One message to one answer: search, judge, and have it written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.answering import citations
from assistant.answering.asking_back import asked_back, choices, chosen, was_asked_back
from assistant.answering.examples import ExamplesFor, no_examples
from assistant.answering.grounding import quoted
from assistant.answering.task import Clock, Task, turns
from assistant.answering.tracing import chunk_ids, trace_of
from assistant.answering.writing import Writer
from assistant.conversations.model import Answer, PastTurn, PendingMessage, Trace
from assistant.embedding.distances import NearDistances
from assistant.errors import AssistantError, LanguageModelError
from assistant.gate import judge
from assistant.llm.base import Deadlines, GenerationParameters, LanguageModel, ServerInfo
from assistant.phrases import ENGLISH, Phrases
from assistant.retrieve import Retrieval, Retriever
from assistant.rewriting.base import AsAsked, Rewriter
from assistant.vector_store.scope import Scope
from assistant.worker import Show
from prompts.model import Persona
from prompts.render import shows_examples, stop_sequences


@dataclass(frozen=True, slots=True)
class AnswerPolicy:
    """How to answer. `min_support`: the share of a statement's words that the passages must hold; 0: any. `verbatim`:
    an answer that stands in the documents may be given in their words.
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
    overheard_distance: float = 0.45
    max_rerank_distance: float = 0.5
    link_hosts: tuple[str, ...] = ()
    distances: Callable[[str], NearDistances | None] = lambda _: None
    template: str = "answer"
    verbatim: bool = False
    calibrated: Callable[[Sequence[str], str], NearDistances | None] = lambda *_: None

    def parameters(self, family: str, info: ServerInfo) -> GenerationParameters:
        """How a reply is generated: at most as long as is set, but never more than half of a small window."""
        return GenerationParameters(
            max_new_tokens=min(self.max_new_tokens, info.max_total_tokens // 2),
            temperature=self.temperature,
            repetition_penalty=self.repetition_penalty,
            stop=stop_sequences(family),
        )

    def near(self, model_name: str, knowledge_sets: Sequence[str] = ()) -> NearDistances:
        """How near a chunk of these sets must be, by the vectors of that embedding model: as they were calibrated, or
        else as suits the model."""
        near = self.distances(model_name) or NearDistances(self.max_distance, self.overheard_distance)
        fitted = self.calibrated(knowledge_sets, model_name)
        return replace(fitted, spread=near.spread) if fitted else near


class Answerer:
    """Answers from the knowledge set, or says that it doesn't know. Safe to share between threads."""

    def __init__(
        self, retriever: Retriever, model: LanguageModel, policy: AnswerPolicy, rewriter: Rewriter | None = None
    ) -> None:
        self._retriever = retriever
        self._writer = Writer(model, policy)
        self._policy = policy
        self._rewriter = rewriter or AsAsked()

    def answer(
        self,
        message: PendingMessage,
        history: Sequence[PastTurn],
        scope: Scope,
        *,
        phrases: Phrases = ENGLISH,
        persona: Persona | None = None,
        template: str = "",
        verbatim: bool | None = None,
        examples: ExamplesFor = no_examples,
        show: Show | None = None,
    ) -> Answer:
        """The answer to a message after `history` (oldest first), from what is in `scope`. `persona`, `template` and
        `verbatim` take the place of the policy's. `examples` are for templates that show some. `show` is given the text
        so far, the hosts of its links and its chunks while it is written. Raises AssistantError."""
        clock = Clock()
        message = replace(message, text=chosen(message.text, history) or message.text)
        found = self._found(message.text, history, scope, clock)
        policy = self._policy
        near = policy.near(found.model_name, scope.knowledge_sets)
        limit = near.overheard if message.is_overheard else near.asked
        gate = judge(found, limit, None if message.is_overheard else policy.max_rerank_distance, near.spread)
        if not gate.is_open:
            return Answer(phrases.unknown, "refused", (), trace_of(found.merged, gate, clock))
        names = () if message.is_overheard or was_asked_back(history) else choices(message.text, gate, near)
        if names:
            trace = trace_of(gate.chunks, gate, clock)
            return Answer(asked_back(phrases, names), "asked_back", (), trace, chunk_ids=chunk_ids(gate.chunks))
        template = template or policy.template
        is_verbatim = policy.verbatim if verbatim is None else verbatim
        task = Task(message, history, persona or policy.persona, phrases, gate, clock, show, template, is_verbatim)
        if shows_examples(template):
            with clock.step("examples"):
                task = replace(task, examples=examples(message.text))
        return self._writer.write(task, limit)

    def _found(self, question: str, history: Sequence[PastTurn], scope: Scope, clock: Clock) -> Retrieval:
        """The passages for a question, which is rewritten first where it leans on what was said before."""
        if history:
            with clock.step("rewrite"):
                question = self._rewriter.rewritten(question, tuple(turns(history)))
        earlier = [turn.text for turn in history if turn.role == "customer"]
        with clock.step("retrieve"):
            return self._retriever.retrieve(scope, question, earlier)

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
        near = self._policy.near(found.model_name, scope.knowledge_sets)
        gate = judge(found, near.asked, self._policy.max_rerank_distance, near.spread)
        if not gate.is_open:
            return apology
        text = f"{phrases.quoted}\n\n{quoted(gate.chunks[0].text)} [1]"
        trace = replace(trace_of(gate.chunks, gate, Clock()), error=trace.error)
        shown = gate.chunks[:1]
        sources = citations.sources(text, shown)
        return Answer(text, "quoted", sources, trace, is_dead=True, chunk_ids=chunk_ids(shown))
