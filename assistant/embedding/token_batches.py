"""Which texts go through a model together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

# CPU ms a text of 19 tokens, all-MiniLM-L6-v2 in int8 on one core: 3.3 in batches of 4 and 8, 3.7 of 16, 4.9 of 32, 7.3
# of 64 (the caches overflow); of 254 tokens, 47 to 52 in batches of 1 to 16, which take 160 to 480 MB.
MAX_TEXTS = 8
MAX_TOKENS = 512


def token_batches(
    token_counts: Sequence[int], max_texts: int = MAX_TEXTS, max_tokens: int = MAX_TOKENS
) -> Iterator[list[int]]:
    """The numbers of all texts, the longest first, in batches of like length: none of more than `max_texts`, nor of
    more than `max_tokens` as all are filled up to the length of the longest; a longer text is a batch by itself."""
    batch: list[int] = []
    for number in sorted(range(len(token_counts)), key=lambda number: -token_counts[number]):
        if batch and (len(batch) == max_texts or (len(batch) + 1) * token_counts[batch[0]] > max_tokens):
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch
