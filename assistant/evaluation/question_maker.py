"""Questions with their answers, made by the language model from chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from assistant.errors import GenerationIncomplete, PromptTooLong
from assistant.evaluation.made_question import AnsweredQuestion, Unusable, read_answered_question
from assistant.evaluation.sampled_chunks import SampledChunk
from assistant.llm.base import Deadlines, GenerationParameters, LanguageModel
from assistant.llm.family import served_family
from assistant.llm.retry import generate_with_retry
from prompts.budget import fit
from prompts.errors import QuestionTooLong
from prompts.model import Passage, Persona, PromptContext, Turn
from prompts.render import stop_sequences

TEMPLATE = "question"
MAX_NEW_TOKENS = 120
TEMPERATURE = 0.3
TRIES = 4
"""Chunks that are tried for each question that is wanted: a small model makes some of no use."""
_NOBODY = Persona("an assistant", "this organisation", "You are exact.", "", 1)


@dataclass(frozen=True, slots=True)
class MadeQuestion:
    """A question that the chunk answers, with the answer as the model words it."""

    question: str
    answer: str
    chunk: SampledChunk


@dataclass(frozen=True, slots=True)
class MadeQuestions:
    """What came of it, and how often what was written was dropped, by the reason."""

    questions: tuple[MadeQuestion, ...]
    dropped: dict[str, int]


class QuestionMaker:
    """Asks the model for a question and its answer, a chunk at a time. Safe to share between threads."""

    def __init__(self, model: LanguageModel, deadlines: Deadlines | None = None) -> None:
        self._model = model
        self._deadlines = deadlines or Deadlines()

    def make(
        self,
        chunks: Sequence[SampledChunk],
        wanted: int,
        *,
        at_once: int = 1,
        on_made: Callable[[int], None] = lambda _: None,
    ) -> MadeQuestions:
        """At most `wanted` different questions, from the first chunks that give one; `on_made` hears how many there
        are. What is of no use is dropped and counted. Raises LanguageModelError."""
        made: dict[str, MadeQuestion] = {}
        dropped: dict[str, int] = {}
        for chunk, outcome in self._written(chunks, lambda: wanted - len(made), at_once):
            key = outcome.question.casefold() if isinstance(outcome, AnsweredQuestion) else ""
            if isinstance(outcome, AnsweredQuestion) and key not in made:
                made[key] = MadeQuestion(outcome.question, outcome.answer, chunk)
                on_made(len(made))
            else:
                reason = outcome if isinstance(outcome, str) else "asked before"
                dropped[reason] = dropped.get(reason, 0) + 1
        return MadeQuestions(tuple(made.values()), dropped)

    def _written(
        self, chunks: Sequence[SampledChunk], missing: Callable[[], int], at_once: int
    ) -> Iterator[tuple[SampledChunk, AnsweredQuestion | str]]:
        """What came of each chunk, in order, as long as questions are missing: no more is asked than may be used."""
        with ThreadPoolExecutor(at_once, "question") as threads:
            start = 0
            while start < len(chunks) and missing() > 0:
                part = chunks[start : start + min(missing(), at_once)]
                start += len(part)
                yield from zip(part, threads.map(self._of, part), strict=True)

    def _of(self, chunk: SampledChunk) -> AnsweredQuestion | str:
        """The question of a chunk, or why there is none."""
        info = self._model.info()
        family = served_family(info)
        room = min(MAX_NEW_TOKENS, info.max_total_tokens // 3)
        context = PromptContext(
            _NOBODY, Turn("customer", ""), passages=(Passage(chunk.text, chunk.title, chunk.heading),)
        )
        parameters = GenerationParameters(room, TEMPERATURE, 1.0, stop_sequences(family), seed=chunk.chunk_id % 2**31)
        window = info.max_prompt_tokens(room)
        try:
            fitted = fit(context, family, self._model.count_tokens, window, TEMPLATE)
            if not fitted.passages_used:
                return "passage too long"
            written = generate_with_retry(self._model, fitted.text, parameters, self._deadlines)
            return read_answered_question(written.text, chunk.text)
        except Unusable as exc:
            return str(exc)
        except (PromptTooLong, QuestionTooLong):
            return "passage too long"
        except GenerationIncomplete:
            return "nothing written"
