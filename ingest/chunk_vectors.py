"""The vectors of many documents' chunks, in as few batches as can be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from assistant.embedding.base import Embedder, Vectors
from assistant.vector_store.base import Chunk

# Between two slices a run can be ended: 2 s with 25 passages/s. Batches of like length are made within a slice.
SLICE_TEXTS = 64

ChunkVectors = Mapping[bytes, Vectors]
"""By the chunk's key: float32, (number of embedded texts, dimension)."""


def embed_chunks(embedder: Embedder, chunks: Iterable[Chunk], on_embedded: Callable[[int], None]) -> ChunkVectors:
    """The vectors of each chunk. A text that several have, such as one answer to many questions, is embedded once;
    texts of like length go together. `on_embedded` is told of chunks as they are done; what it raises ends the work."""
    wanted = {chunk.key: chunk.embedded_texts for chunk in chunks}
    texts = sorted({text for own in wanted.values() for text in own}, key=len)
    rows: dict[str, Vectors] = {}
    told = 0
    for start in range(0, len(texts), SLICE_TEXTS):
        part = texts[start : start + SLICE_TEXTS]
        rows.update(zip(part, embedder.embed_passages(part), strict=True))
        done = len(wanted) * (start + len(part)) // len(texts)
        on_embedded(done - told)
        told = done
    return {
        key: np.stack([rows[text] for text in own]) if len(own) > 1 else rows[own[0]][np.newaxis]
        for key, own in wanted.items()
    }
