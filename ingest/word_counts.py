"""Token counts, fast enough to be asked for thousands of overlapping pieces of one text."""

from __future__ import annotations

from collections.abc import Callable

MAX_REMEMBERED = 100_000
# Longer ones (a line of Chinese, an encoded image) hardly come twice.
MAX_WORD_CHARS = 40


class WordCounts:
    """Adds up the tokens of a text's words, each counted once. Exact for tokenizers that split at blanks first, nearly
    so for the others: measure what you keep with the tokenizer itself."""

    def __init__(self, count_tokens: Callable[[str], int]) -> None:
        self._count_tokens = count_tokens
        self._known: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        return sum(map(self._count_word, text.split()))

    def _count_word(self, word: str) -> int:
        count = self._known.get(word)
        if count is None:
            count = self._count_tokens(word)
            if len(word) <= MAX_WORD_CHARS and len(self._known) < MAX_REMEMBERED:
                self._known[word] = count
        return count
