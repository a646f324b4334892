"""Which texts go through a model together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.embedding.token_batches import token_batches


@given(st.lists(st.integers(0, 300), max_size=60), st.integers(1, 9), st.integers(1, 512))
def test_every_text_is_in_one_batch_within_the_limits(counts: list[int], most: int, tokens: int) -> None:
    """Filled up to the longest, no batch exceeds them but one of a single text."""
    batches = list(token_batches(counts, most, tokens))
    assert sorted(number for batch in batches for number in batch) == list(range(len(counts)))
    for batch in batches:
        assert len(batch) <= most
        assert len(batch) == 1 or len(batch) * max(counts[number] for number in batch) <= tokens


def test_texts_of_like_length_are_together() -> None:
    """The longest first: what is last to end is short."""
    assert list(token_batches([3, 100, 5, 90, 4], 2, 1000)) == [[1, 3], [2, 4], [0]]
