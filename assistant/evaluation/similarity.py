"""How near answers are in meaning to the answers that people wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from assistant.embedding.base import QueryEmbedder
from assistant.evaluation.result import Result

BATCH = 64


def similarities(embedder: QueryEmbedder, pairs: Sequence[tuple[str, str]]) -> list[float]:
    """The cosine of the embeddings of the two texts of each pair, [-1, 1]. Both as queries: models that want a prefix
    want this one where two texts of a kind are compared (https://huggingface.co/intfloat/e5-base-v2, read 2026-11)."""
    texts = list(dict.fromkeys(text for pair in pairs for text in pair))
    places = {text: place for place, text in enumerate(texts)}
    if not texts:
        return []
    parts = [embedder.embed_queries(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
    vectors = np.concatenate(parts)
    return [float(vectors[places[one]] @ vectors[places[other]]) for one, other in pairs]


def with_similarities(embedder: QueryEmbedder, results: Sequence[Result]) -> list[Result]:
    """The results with how near their answers are to the reference answers, where there are both."""
    compared = [result for result in results if is_compared(result)]
    values = similarities(embedder, [(result.answer, result.reference) for result in compared])
    by_key = {result.key: round(value, 6) for result, value in zip(compared, values, strict=True)}
    return [replace(result, similarity=by_key.get(result.key)) for result in results]


def is_compared(result: Result) -> bool:
    """Whether it was answered, and has a reference answer."""
    return result.decision == "answer" and bool(result.answer.strip()) and bool(result.reference.strip())
