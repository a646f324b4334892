"""Load, split, embed, store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.embedding.base import Embedder, Vectors
from assistant.vector_store.base import Document, VectorStore
from ingest.errors import EmptyDocument, IngestError, shown
from ingest.loaders.base import LoadedDocument
from ingest.loaders.registry import load_document
from ingest.split import Passage, Splitter
from ingest.uris import document_uri

# Documents are embedded together until this many chunks are reached: short ones then share batches of like length.
GROUP_CHUNKS = 256


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the documents go, and the tags that each gets."""

    store: VectorStore
    knowledge_set: str
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: stored as `chunk_count` chunks, or refused for `error`. `notes`: what was left out."""

    uri: str
    title: str = ""
    chunk_count: int = 0
    error: IngestError | None = None
    notes: tuple[str, ...] = ()


class Progress:
    """Told while the pipeline runs; the base does nothing with it."""

    def split(self, chunk_count: int) -> None:
        """So many more chunks are to be embedded."""

    def embedded(self, chunk_count: int) -> None:
        """So many more chunks are embedded."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    document: Document
    passages: list[Passage]
    notes: tuple[str, ...]


class Pipeline:
    """Takes files into one knowledge set. Each file replaces what was stored under its uri, whole or not at all; a file
    that is refused leaves it as it was, and the others go on."""

    def __init__(
        self, embedder: Embedder, splitter: Splitter, destination: Destination, max_document_mb: float
    ) -> None:
        self._embedder = embedder
        self._splitter = splitter
        self._destination = destination
        self._max_document_mb = max_document_mb

    def run(self, paths: Iterable[Path], progress: Progress | None = None) -> Iterator[Outcome]:
        """One outcome a file, as it is done. Raises only what concerns all files: DatabaseUnavailable and the like."""
        progress = progress or Progress()
        group: list[_Prepared] = []
        for path in paths:
            try:
                prepared = self._prepare(path)
            except IngestError as exc:
                yield Outcome(document_uri(path), error=exc)
                continue
            progress.split(len(prepared.passages))
            group.append(prepared)
            if sum(len(member.passages) for member in group) >= GROUP_CHUNKS:
                yield from self._store(group, progress)
                group = []
        yield from self._store(group, progress)

    def _prepare(self, path: Path) -> _Prepared:
        loaded = load_document(path, self._max_document_mb)
        passages = self._splitter.split(loaded)
        if not passages:
            raise EmptyDocument(f"{shown(path)} holds no text: put some into it, or leave it out")
        return _Prepared(_document(loaded, passages, self._destination.tags), passages, loaded.notes)

    def _store(self, group: Sequence[_Prepared], progress: Progress) -> Iterator[Outcome]:
        texts = [passage.embedded_text for member in group for passage in member.passages]
        embeddings = _embed(self._embedder, texts, progress.embedded)
        start = 0
        for member in group:
            count = len(member.passages)
            self._destination.store.replace_document(
                self._destination.knowledge_set,
                self._embedder.model_name,
                member.document,
                [passage.chunk for passage in member.passages],
                embeddings[start : start + count],
            )
            start += count
            yield Outcome(member.document.uri, member.document.title, count, notes=member.notes)


def _document(loaded: LoadedDocument, passages: Sequence[Passage], tags: tuple[tuple[str, str], ...]) -> Document:
    """The title is the document's own, else its first heading of the top, else its file's name."""
    title = loaded.title
    if not title and passages[0].chunk.anchor and passages[0].chunk.heading_path:
        title = passages[0].chunk.heading_path[0]
    return Document(loaded.uri, title or Path(loaded.uri).stem, loaded.content_hash, tags)


def _embed(embedder: Embedder, texts: Sequence[str], on_embedded: Callable[[int], None]) -> Vectors:
    slices = [texts[start : start + GROUP_CHUNKS] for start in range(0, len(texts), GROUP_CHUNKS)]
    rows = [np.empty((0, embedder.dimension), dtype=np.float32)]
    for part in slices:
        rows.append(embedder.embed_passages(part))
        on_embedded(len(part))
    return np.concatenate(rows)
