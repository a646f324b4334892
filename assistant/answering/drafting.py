"""Drafts: what a model writes for a prompt that fits its window, continued once where it was cut at the limit."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from assistant.answering.preview import GrowingText
from assistant.answering.task import Task
from assistant.answering.thinking import spoken
from assistant.checks import length
from assistant.checks.loops import without_loop
from assistant.checks.sentences import sentences
from assistant.errors import LanguageModelError, PromptTooLong
from assistant.llm.base import Deadlines, Generation, GenerationParameters, LanguageModel, ServerInfo
from assistant.llm.retry import generate_with_retry
from prompts.budget import FittedPrompt, fit

MIN_CONTINUED_TOKENS = 24
"""With less room a reply that was cut is not gone on with: no sentence is ended in it."""
SPARE_TOKENS = 8
"""A text that is tokenized anew may have a few more tokens than it was generated in."""
MIN_TIME_S = 2.0
"""With less time left nothing more is generated."""

Grow = Callable[[int], GrowingText | None]
"""What shows the text of a generation from so many passages while it comes."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A prompt and what came of it, None where no passage fitted in; `is_continued`: in two goes."""

    fitted: FittedPrompt
    generation: Generation | None
    is_continued: bool = False


class Drafter:
    """Generates for one task, all within its deadline."""

    def __init__(
        self, model: LanguageModel, task: Task, family: str, parameters: GenerationParameters, deadlines: Deadlines
    ) -> None:
        self._model = model
        self._task = task
        self._family = family
        self._parameters = parameters
        self._deadlines = deadlines

    @property
    def has_time(self) -> bool:
        """Whether another generation can be worth it."""
        return self._left_s() > MIN_TIME_S

    def draft(self, info: ServerInfo, grow: Grow, wish: str = "") -> Draft:
        """What the model writes; nothing where no passage fits, as a model without one would guess. `wish` stands
        behind the question. A server that finds the prompt too long all the same is given less once."""
        window = info.max_prompt_tokens(self._parameters.max_new_tokens)
        for limit in (window, window * 3 // 4):
            with self._task.clock.step("fit"):
                fitted = fit(self._task.context(wish), self._family, self._count_tokens, limit, self._task.template)
            if fitted.passages_used == 0:
                return Draft(fitted, None)
            growing = grow(fitted.passages_used)
            try:
                generation = self._generate(fitted.text, self._parameters, growing)
            except PromptTooLong as exc:
                refusal = exc
                continue
            return self._continued(Draft(fitted, generation), generation, info, growing)
        raise refusal

    def _continued(self, draft: Draft, first: Generation, info: ServerInfo, growing: GrowingText | None) -> Draft:
        """The draft with the rest of its text, where it was cut, is wanted, and there is room and time for it."""
        used = draft.fitted.token_count + first.generated_tokens + SPARE_TOKENS
        room = info.max_total_tokens - used
        is_wanted = first.finish_reason == "length" and first.text.strip() and not self._is_enough(first.text)
        if not is_wanted or room < MIN_CONTINUED_TOKENS or used > info.max_input_tokens or not self.has_time:
            return draft
        parameters = replace(self._parameters, max_new_tokens=min(room, self._parameters.max_new_tokens))
        try:
            rest = self._generate(draft.fitted.text + first.text, parameters, growing, first.text)
        except LanguageModelError:
            return draft  # what is there ends at a sentence then
        tokens = first.generated_tokens + rest.generated_tokens
        return replace(
            draft, generation=Generation(first.text + rest.text, rest.finish_reason, tokens), is_continued=True
        )

    def _is_enough(self, text: str) -> bool:
        """Whether all is there that will be shown, or it goes round in circles."""
        most = length.most_sentences(self._task.message.text, self._task.persona.reply_sentences)
        whole = [sentence for sentence in sentences(spoken(text, self._task.template)) if sentence.is_ended]
        return length.within(whole, most) < len(whole) or without_loop(text) != text.rstrip()

    def _generate(
        self, prompt: str, parameters: GenerationParameters, growing: GrowingText | None, begun: str = ""
    ) -> Generation:
        with self._task.clock.step("generate"):
            return generate_with_retry(
                self._model,
                prompt,
                parameters,
                replace(self._deadlines, total_s=max(self._left_s(), 0.001)),
                on_text=growing.add if growing else None,
                on_restart=(lambda: growing.restart(begun)) if growing else None,
            )

    def _left_s(self) -> float:
        return self._deadlines.total_s - (time.monotonic() - self._task.begun_at)

    def _count_tokens(self, text: str) -> int:
        with self._task.clock.step("tokenize"):
            return self._model.count_tokens(text)
