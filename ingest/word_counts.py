"""Token counts, fast enough to be asked for every word of a long text."""

from __future__ import annotations

from collections.abc import Callable

MAX_REMEMBERED = 200_000
# A longer one (a line of Chinese, an encoded image) hardly comes twice, and its letters are as many as its tokens, or
# more.
MAX_WORD_CHARS = 40


class WordCounts:
    """The tokens of one word: exact, and counted once, for short ones; of long ones the letters. Sums of it are nearly
    right for most tokenizers: measure what you keep with the tokenizer itself."""

    def __init__(self, count_tokens: Callable[[str], int]) -> None:
        self._count_tokens = count_tokens
        self._known: dict[str, int] = {}

    def __call__(self, word: str) -> int:
        if len(word) > MAX_WORD_CHARS:
            return len(word)
        count = self._known.get(word)
        if count is None:
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            count = self._known[word] = self._count_tokens(word)
        return count
