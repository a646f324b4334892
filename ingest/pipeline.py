"""Read, split, embed, store, side by side."""

from __future__ import annotations

from collections.abc import Generator, Iterable

from assistant.embedding.base import Embedder
from ingest.outcome import Destination, Outcome, Progress
from ingest.reading.base import DocumentReader, SourceFile
from ingest.split import Splitter
from ingest.stages import Stages

__all__ = ["Destination", "Outcome", "Pipeline", "Progress"]


class Pipeline:
    """Takes documents into one knowledge set. Each replaces what was stored under its uri, whole or not at all; one
    that is refused leaves it as it was, and the others go on. For one run at a time."""

    def __init__(
        self, reader: DocumentReader, splitter: Splitter, embedder: Embedder, destination: Destination
    ) -> None:
        self._reader = reader
        self._splitter = splitter
        self._embedder = embedder
        self._destination = destination

    def run(
        self, sources: Iterable[SourceFile], progress: Progress | None = None, *, finishes: bool = True
    ) -> Generator[Outcome, None, None]:
        """What became of each document, as it is done. Raises only what concerns all of them: DatabaseUnavailable and
        the like. When it is closed or fails, all of its threads end; what is under way is not stored. `sources` may be
        endless and slow: it is asked by a thread of its own, as documents are wanted. The set's index is made at the
        end, unless another is the one who `finishes`."""
        stages = Stages(self._reader, self._splitter, self._embedder, self._destination, progress or Progress())
        stored = False
        try:
            for outcome in stages.outcomes(sources):
                stored = stored or outcome.status == "stored"
                yield outcome
        finally:
            stages.end()
        if stored and finishes:
            self._destination.store.finish_loading(self._destination.knowledge_set)
