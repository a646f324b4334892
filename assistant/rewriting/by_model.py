"""Has the language model rewrite what does not stand alone."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from assistant.errors import AssistantError
from assistant.llm.base import Deadlines, GenerationParameters, LanguageModel
from assistant.llm.family import served_family
from assistant.rewriting.checked import checked
from assistant.rewriting.standing_alone import stands_alone
from prompts.budget import fit
from prompts.errors import PromptError
from prompts.model import Persona, PromptContext, Turn
from prompts.render import stop_sequences

TEMPLATE = "rewrite"
MAX_NEW_TOKENS = 40
MAX_TURNS = 6
"""What was said longer ago is seldom meant."""
MAX_S = 5.0
"""Seconds; then the question is searched as it was asked, together with what was said before."""
_NOBODY = Persona("", "", "", "", 1)
_log = logging.getLogger(__name__)


class ModelRewriter:
    """A Rewriter that asks the model once. What it writes is checked, and dropped where it does not fit."""

    def __init__(self, model: LanguageModel, max_s: float = MAX_S) -> None:
        self._model = model
        self._deadlines = Deadlines(connect_s=min(2.0, max_s), first_token_s=max_s, idle_s=max_s, total_s=max_s)

    def rewritten(self, question: str, history: Sequence[Turn]) -> str:
        recent = [turn for turn in history if turn.text.strip()][-MAX_TURNS:]
        if not any(turn.role == "customer" for turn in recent) or stands_alone(question):
            return question
        try:
            written = self._written(question, recent)
        except (AssistantError, PromptError) as exc:
            _log.warning("a question was not rewritten", extra={"action": "rewrite", "error": type(exc).__name__})
            return question
        return checked(written, question, [turn.text for turn in recent]) or question

    def _written(self, question: str, recent: Sequence[Turn]) -> str:
        """What the model writes. Raises AssistantError, PromptError."""
        info = self._model.info()
        family = served_family(info)
        context = PromptContext(_NOBODY, Turn("customer", question), history=tuple(recent))
        parameters = GenerationParameters(MAX_NEW_TOKENS, 0.0, 1.0, stop_sequences(family))
        window = info.max_prompt_tokens(MAX_NEW_TOKENS)
        fitted = fit(context, family, self._model.count_tokens, window, TEMPLATE)
        return self._model.generate(fitted.text, parameters, self._deadlines).text
