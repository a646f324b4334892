"""Counts the tokens that a question takes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assistant.llm.above import ModelAbove
from assistant.llm.base import Deadlines, Generation, GenerationParameters, LanguageModel


class Tokens:
    """Of all generations of one question: tokens read (those of prompts that were counted before), and written."""

    def __init__(self) -> None:
        self.read = 0
        self.written = 0


class _Thread(threading.local):
    """What the thread is at."""

    def __init__(self) -> None:
        self.tokens = Tokens()
        self.counted: dict[str, int] = {}


class MeteredModel(ModelAbove):
    """A LanguageModel above another, whose tokens are counted by thread."""

    def __init__(self, model: LanguageModel) -> None:
        super().__init__(model)
        self._thread = _Thread()

    @contextmanager
    def metered(self) -> Iterator[Tokens]:
        """The tokens of this thread while the block runs."""
        self._thread.tokens = Tokens()
        self._thread.counted = {}
        yield self._thread.tokens

    def count_tokens(self, text: str) -> int:
        self._thread.counted[text] = count = self._model.count_tokens(text)
        return count

    def generate(
        self,
        prompt: str,
        parameters: GenerationParameters,
        deadlines: Deadlines,
        on_text: Callable[[str], None] | None = None,
    ) -> Generation:
        generation = self._model.generate(prompt, parameters, deadlines, on_text)
        tokens = self._thread.tokens
        tokens.read += self._thread.counted.get(prompt, 0)
        tokens.written += generation.generated_tokens
        return generation
