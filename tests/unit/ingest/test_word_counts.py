"""Fast token counts."""

from __future__ import annotations

import pytest

from ingest.word_counts import MAX_WORD_CHARS, WordCounts
from tests.fakes.counting_embedder import CountingEmbedder


@pytest.mark.parametrize("text", ["", "one", "one two  one\nthree", "a" * 1000 + " b"])
def test_the_sum_is_that_of_the_words(text: str) -> None:
    """For a tokenizer that splits at blanks it is the exact count."""
    assert WordCounts(CountingEmbedder().count_tokens)(text) == CountingEmbedder().count_tokens(text)


def test_a_word_is_counted_once() -> None:
    """That is what makes it fast; long words, which hardly come twice, are not kept."""
    asked: list[str] = []

    def count(word: str) -> int:
        asked.append(word)
        return 1

    long = "x" * (MAX_WORD_CHARS + 1)
    counts = WordCounts(count)
    assert [counts(f"a b a {long}"), counts(f"b a {long}")] == [4, 3]
    assert asked == ["a", "b", long, long]
