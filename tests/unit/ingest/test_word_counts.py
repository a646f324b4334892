"""Fast token counts."""

from __future__ import annotations

import pytest

from ingest.word_counts import MAX_WORD_CHARS, WordCounts
from tests.fakes.counting_embedder import CountingEmbedder


@pytest.mark.parametrize(("word", "expected"), [("one", 1), ("three", 2), ("a" * MAX_WORD_CHARS, MAX_WORD_CHARS // 4)])
def test_a_word_is_counted_exactly(word: str, expected: int) -> None:
    """With the tokenizer itself."""
    assert WordCounts(CountingEmbedder().count_tokens)(word) == expected


def test_a_word_is_counted_once() -> None:
    """That is what makes it fast; of long words, which hardly come twice, the letters are taken."""
    asked: list[str] = []

    def count(word: str) -> int:
        asked.append(word)
        return 1

    long = "x" * (MAX_WORD_CHARS + 1)
    counts = WordCounts(count)
    assert [counts(word) for word in ("a", "b", "a", long, long)] == [1, 1, 1, len(long), len(long)]
    assert asked == ["a", "b"]
