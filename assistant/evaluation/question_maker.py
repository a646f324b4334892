"""Questions made by the language model for sentences of chunks, which are their answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest

from assistant.errors import GenerationIncomplete, PromptTooLong
from assistant.evaluation.made_question import Unusable, read_question
from assistant.evaluation.sampled_chunks import SampledChunk
from assistant.evaluation.telling_sentences import telling_sentences
from assistant.llm.base import Deadlines, GenerationParameters, LanguageModel
from assistant.llm.family import served_family
from assistant.llm.retry import generate_with_retry
from prompts.budget import fit
from prompts.errors import QuestionTooLong
from prompts.model import Passage, Persona, PromptContext, Turn
from prompts.render import stop_sequences

TEMPLATE = "question"
MAX_NEW_TOKENS = 48
TEMPERATURE = 0.3
TRIES = 4
"""Sentences that are tried for each question that is wanted: a small model makes some of no use."""
SENTENCES = 5
"""Of one chunk, at most: where there are few chunks."""
_NOBODY = Persona("an assistant", "this organisation", "You are exact.", "", 1)


@dataclass(frozen=True, slots=True)
class Answer:
    """A sentence of a chunk, for which a question is wanted."""

    text: str
    chunk: SampledChunk


@dataclass(frozen=True, slots=True)
class MadeQuestion:
    """A question that the chunk answers, with the sentence of it that does."""

    question: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class MadeQuestions:
    """What came of it, and how often what was written was dropped, by the reason."""

    questions: tuple[MadeQuestion, ...]
    dropped: dict[str, int]


def answers(chunks: Sequence[SampledChunk]) -> list[Answer]:
    """What can be asked for: one sentence of each chunk, the one that says most, then another of each."""
    found = [[Answer(text, chunk) for text in telling_sentences(chunk.body)[:SENTENCES]] for chunk in chunks]
    return [answer for rank in zip_longest(*found) for answer in rank if answer is not None]


class QuestionMaker:
    """Asks the model for the question of one answer at a time. Safe to share between threads."""

    def __init__(self, model: LanguageModel, deadlines: Deadlines | None = None) -> None:
        self._model = model
        self._deadlines = deadlines or Deadlines()

    def make(
        self,
        wanted_for: Sequence[Answer],
        count: int,
        *,
        at_once: int = 1,
        on_made: Callable[[int], None] = lambda _: None,
    ) -> MadeQuestions:
        """At most `count` different questions, for the first answers that give one, of which TRIES for each are tried;
        `on_made` hears how many there are. What is of no use is dropped and counted. Raises LanguageModelError."""
        made: dict[str, MadeQuestion] = {}
        dropped: dict[str, int] = {}
        for answer, written in self._written(wanted_for[: count * TRIES], lambda: count - len(made), at_once):
            try:
                question = _question(written, answer)
                if question.casefold() in made:
                    raise Unusable("asked before")
            except Unusable as exc:
                dropped[str(exc)] = dropped.get(str(exc), 0) + 1
            else:
                made[question.casefold()] = MadeQuestion(question, answer)
                on_made(len(made))
        return MadeQuestions(tuple(made.values()), dropped)

    def _written(
        self, wanted_for: Sequence[Answer], missing: Callable[[], int], at_once: int
    ) -> Iterator[tuple[Answer, str | None]]:
        """What was written for each, in order, as long as questions are missing: no more is asked than may be used."""
        with ThreadPoolExecutor(at_once, "question") as threads:
            start = 0
            while start < len(wanted_for) and missing() > 0:
                part = wanted_for[start : start + min(missing(), at_once)]
                start += len(part)
                yield from zip(part, threads.map(self._of, part), strict=True)

    def _of(self, answer: Answer) -> str | None:
        """What the model writes; None where nothing can be made of it."""
        info = self._model.info()
        family = served_family(info)
        chunk = answer.chunk
        header = ("", "") if chunk.is_pair else (chunk.title, chunk.heading)
        context = PromptContext(_NOBODY, Turn("customer", ""), passages=(Passage(answer.text, *header),))
        parameters = GenerationParameters(
            MAX_NEW_TOKENS, TEMPERATURE, 1.0, stop_sequences(family), seed=chunk.chunk_id % 2**31
        )
        window = info.max_prompt_tokens(MAX_NEW_TOKENS)
        try:
            fitted = fit(context, family, self._model.count_tokens, window, TEMPLATE)
            if not fitted.passages_used:
                return None
            return generate_with_retry(self._model, fitted.text, parameters, self._deadlines).text
        except (PromptTooLong, QuestionTooLong, GenerationIncomplete):
            return None


def _question(written: str | None, answer: Answer) -> str:
    """Raises Unusable."""
    if written is None:
        raise Unusable("nothing written")
    chunk = answer.chunk
    stands_under = (chunk.asked,) if chunk.is_pair else (chunk.title, chunk.heading)
    return read_question(written, answer.text, stands_under)
