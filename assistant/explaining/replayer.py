"""Answers questions of the past once more. Nothing is stored, and nothing is sent."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from assistant.answer import Answerer
from assistant.answering.examples import Examples, no_examples
from assistant.conversations.asked_before import AskedBefore
from assistant.conversations.model import Answer
from assistant.manners import Manners
from prompts.model import Persona


class Replayer:
    """Asks the answerer as a worker would now, in the manners of the question's channel and for its audience.
    `knowledge_set` takes the place of the conversation's, `template` of that which the answer was made by; "" leaves
    them."""

    def __init__(
        self,
        answerer: Answerer,
        manners: Manners,
        load_persona: Callable[[str], Persona],
        *,
        knowledge_set: str = "",
        template: str = "",
        examples: Examples | None = None,
    ) -> None:
        self._answerer = answerer
        self._manners = manners
        self._persona = load_persona
        self._knowledge_set = knowledge_set
        self._template = template
        self._examples = examples

    def replay(self, asked: AskedBefore, prompt_version: str = "") -> Answer:
        """The answer as it would be now; `prompt_version` is that of then. Raises AssistantError and PromptError."""
        lease = asked.lease
        manners = self._manners.of(lease.platform, lease.channel)
        scope = manners.scope(self._knowledge_set or lease.knowledge_set)
        return self._answerer.answer(
            asked.message,
            asked.history,
            scope,
            phrases=manners.phrases,
            persona=self._persona(manners.persona),
            verbatim=manners.verbatim,
            examples=partial(self._examples.nearest, lease, scope) if self._examples else no_examples,
            template=self._template or template_of(prompt_version),
        )


def template_of(prompt_version: str) -> str:
    """The template's name in a prompt version ("llama2/answer@3f2a9c1b"), "" where there is none."""
    return prompt_version.partition("/")[2].partition("@")[0]
