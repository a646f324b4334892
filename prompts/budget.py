"""Fits a prompt into a model's window, exact to the token."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from prompts.errors import QuestionTooLong
from prompts.model import PromptContext
from prompts.render import render

CountTokens = Callable[[str], int]

# The beginning-of-sequence token, which the server puts before every prompt and counts in its window, and which is not
# in the rendered text. Where a server adds none (SmolLM2), one token of the window stays free.
BOS_TOKENS = 1

# Guided probes before the search halves what is left: guesses are nearly always right, but must not creep.
_GUESSES = 3

# Where a passage may be cut: behind the end of a sentence, in scripts with spaces and without, and at line ends.
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*(?=\s)|[。！？]|(?<=\S)(?=\n)")


@dataclass(frozen=True, slots=True)
class FittedPrompt:
    """A rendered prompt and what is in it.

    `token_count` is that of the whole `text` plus BOS. `passages_used` counts from the most relevant, the first perhaps
    cut at a sentence; `history_used` counts turns from the newest, `examples_used` examples from the nearest.
    """

    text: str
    token_count: int
    passages_used: int
    history_used: int
    examples_used: int = 0


def fit(
    context: PromptContext, family: str, count_tokens: CountTokens, max_prompt_tokens: int, template: str = "answer"
) -> FittedPrompt:
    """The prompt with as much of `context` as fits: `token_count` ≤ `max_prompt_tokens`, BOS included.

    System text and question always stay; then come whole passages, the most relevant first; then the newest turns;
    then examples. If not even the first passage fits, it is cut at a sentence. Kept history begins with a customer
    unless it is all kept.
    What is returned was counted as it is: no sum of parts is trusted. `count_tokens` is called once where everything
    fits, about three times where some history must go. Raises QuestionTooLong.
    """
    window = _Window(family, template, count_tokens, max_prompt_tokens)
    if window.holds(context):
        return window.measure(context)
    if context.examples:
        fewer = [replace(context, examples=context.examples[:count]) for count in range(len(context.examples))]
        fitting = window.largest(fewer)
        if fitting:
            return window.measure(fitting)
        context = fewer[0]
    kept = window.largest(_with_less_history(context)[:-1]) or _with_fewer_passages(context, window)
    return window.measure(kept)


def _with_fewer_passages(context: PromptContext, window: _Window) -> PromptContext:
    """What fits where all passages don't. A passage that had to go may leave room for some turns."""
    bare = replace(context, history=(), passages=())
    kept = window.largest([replace(bare, passages=context.passages[:count]) for count in range(len(context.passages))])
    if kept is None:
        needed = window.measure(bare).token_count
        raise QuestionTooLong(
            f"system text and question take {needed} tokens, of at most {window.max_tokens}: "
            "shorten the question, or give the model a larger window"
        )
    if not kept.passages:
        kept = window.largest(_cut(context)) or kept
    return window.largest(_with_less_history(replace(context, passages=kept.passages))[1:]) or kept


def _with_less_history(context: PromptContext) -> list[PromptContext]:
    """`context` with no history first, then ever more, and all of it last."""
    history = context.history
    customers = [index for index, turn in enumerate(history) if index and turn.role == "customer"]
    starts = [len(history), *reversed(customers), 0] if history else [0]
    return [replace(context, history=history[start:]) for start in starts]


def _cut(context: PromptContext) -> list[PromptContext]:
    """The question with ever more sentences of the first passage."""
    first = context.passages[0]
    texts = [first.text[: match.end()] for match in _SENTENCE_END.finditer(first.text)]
    return [replace(context, history=(), passages=(replace(first, text=text),)) for text in texts]


class _Window:
    """Renders and counts candidates, each once, and searches among them for the largest that fits."""

    def __init__(self, family: str, template: str, count_tokens: CountTokens, max_tokens: int) -> None:
        self.max_tokens = max_tokens
        self._family = family
        self._template = template
        self._count_tokens = count_tokens
        self._measured: dict[PromptContext, FittedPrompt] = {}
        # Characters and tokens of what was counted last, and the slope there, to estimate what was not counted.
        self._chars, self._tokens, self._tokens_per_char = 0, 0, 0.0

    def measure(self, context: PromptContext) -> FittedPrompt:
        """`context` rendered and counted."""
        if context not in self._measured:
            text = render(self._family, context, self._template)
            tokens = self._count_tokens(text) + BOS_TOKENS
            self._learn(_chars(context), tokens, len(text))
            self._measured[context] = FittedPrompt(
                text, tokens, len(context.passages), len(context.history), len(context.examples)
            )
        return self._measured[context]

    def holds(self, context: PromptContext) -> bool:
        """Whether `context` fits."""
        return self.measure(context).token_count <= self.max_tokens

    def largest(self, candidates: Sequence[PromptContext]) -> PromptContext | None:
        """The largest that fits of `candidates`, which grow; None if even the first is too large."""
        low, high, guesses = -1, len(candidates), _GUESSES
        while high - low > 1:
            guess = self._guess(candidates) if guesses else (low + high) // 2
            probe = min(max(guess, low + 1), high - 1)
            guesses = max(guesses - 1, 0)
            low, high = (probe, high) if self.holds(candidates[probe]) else (low, probe)
        return candidates[low] if low >= 0 else None

    def _guess(self, candidates: Sequence[PromptContext]) -> int:
        return bisect_right(candidates, self.max_tokens, key=self._estimate) - 1

    def _estimate(self, context: PromptContext) -> int:
        return self._tokens + math.ceil((_chars(context) - self._chars) * self._tokens_per_char)

    def _learn(self, chars: int, tokens: int, rendered_chars: int) -> None:
        if self._measured and chars != self._chars and tokens != self._tokens:
            self._tokens_per_char = (tokens - self._tokens) / (chars - self._chars)
        else:
            self._tokens_per_char = tokens / rendered_chars
        self._chars, self._tokens = chars, tokens


def _chars(context: PromptContext) -> int:
    """The length of what can be left out."""
    texts = (*(passage.text for passage in context.passages), *(turn.text for turn in context.history))
    examples = (text for example in context.examples for text in (example.question, example.reply))
    return sum(map(len, (*texts, *examples)))
