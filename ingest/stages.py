"""The threads of a pipeline."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from assistant.embedding.base import Embedder
from assistant.vector_store.base import Document
from assistant.vector_store.document_writer import MissingVectors
from ingest.channel import Budget, Channel, Run, Stopped
from ingest.chunk_vectors import ChunkVectors, embed_chunks
from ingest.errors import EmptyDocument, shown
from ingest.loaders.base import LoadedDocument
from ingest.outcome import Destination, Outcome, Prepared, Progress
from ingest.reading.base import DocumentReader, RefusedDocument, SourceFile
from ingest.source_document import document_of, hash_of, title_of
from ingest.split import Splitter

# Documents are embedded together until they have this many chunks: short ones share batches of like length then.
GROUP_CHUNKS = 512
GROUP_DOCUMENTS = 256
# A chunk with its vectors takes about 10 kB on its way.
MAX_CHUNKS_UNDER_WAY = 4 * GROUP_CHUNKS
# Read, and waiting to be split: each may be as large as a document can be.
MAX_LOADED = 8
# How long the end of a run waits for its threads; one that still reads then ends when its reader is closed.
END_S = 30.0
READER_END_S = 1.0


class Stages:
    """The threads of one run, each with what it hands to the next."""

    def __init__(
        self,
        reader: DocumentReader,
        splitter: Splitter,
        embedder: Embedder,
        destination: Destination,
        progress: Progress,
    ) -> None:
        self._reader = reader
        self._splitter = splitter
        self._embedder = embedder
        self._destination = destination
        self._progress = progress
        self._run = Run()
        self._budget = Budget(self._run, MAX_CHUNKS_UNDER_WAY)
        self._loaded: Channel[tuple[LoadedDocument, Document]] = Channel(self._run, MAX_LOADED)
        self._prepared: Channel[Prepared] = Channel(self._run, GROUP_DOCUMENTS)
        self._embedded: Channel[tuple[Prepared, ChunkVectors]] = Channel(self._run, GROUP_DOCUMENTS)
        self._outcomes: Channel[Outcome] = Channel(self._run, GROUP_DOCUMENTS)
        self._threads: list[threading.Thread] = []

    def outcomes(self, sources: Iterable[SourceFile]) -> Iterator[Outcome]:
        """Start, and give what comes out, to the end."""
        self._start("read", lambda: self._read(sources), self._loaded.close)
        self._start("split", self._split, self._prepared.close)
        self._start("embed", self._embed, self._embedded.close)
        self._start("store", self._store, self._outcomes.close)
        try:
            while (outcome := self._outcomes.get()) is not None:
                yield outcome
        except Stopped:
            while (outcome := self._outcomes.get_now()) is not None:
                yield outcome
            if self._run.failure is not None:
                raise self._run.failure from None

    def end(self) -> None:
        """Stop the threads, and wait for them."""
        self._run.stop()
        for thread in self._threads:
            thread.join(READER_END_S if thread is self._threads[0] else END_S)

    def _start(self, name: str, work: Callable[[], None], close: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
                close()
            except Stopped:
                pass
            except BaseException as exc:  # noqa: BLE001 - raised again where the outcomes are read
                self._run.stop(exc)

        thread = threading.Thread(target=run, name=f"ingest-{name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _read(self, sources: Iterable[SourceFile]) -> None:
        for source in sources:
            self._run.check()
            entries = self._reader.read(source)
            source_hash = hash_of(source, entries)
            for entry in entries:
                if isinstance(entry, RefusedDocument):
                    self._outcomes.put(Outcome(entry.uri, error=entry.error, source_uri=source.uri))
                else:
                    self._loaded.put((entry, document_of(entry, source, source_hash, self._destination)))

    def _split(self) -> None:
        while (item := self._loaded.get()) is not None:
            loaded, document = item
            chunks = tuple(self._splitter.split(loaded))
            if not chunks:
                error = EmptyDocument(f"{shown(loaded.uri)} holds no text: put some into it, or leave it out")
                self._outcomes.put(Outcome(loaded.uri, error=error, source_uri=document.source_uri or document.uri))
                continue
            self._budget.take(len(chunks))
            self._progress.split(len(chunks))
            self._prepared.put(Prepared(replace(document, title=title_of(document, chunks)), chunks, loaded.notes))

    def _embed(self) -> None:
        while group := self._group():
            known = self._destination.store.known_chunks(
                self._destination.knowledge_set, [member.document.uri for member in group]
            )
            group = [replace(member, known=known.get(member.document.uri, frozenset())) for member in group]
            new = [chunk for member in group for chunk in member.new_chunks]
            self._progress.embedded(sum(len(member.chunks) for member in group) - len(new))
            vectors = embed_chunks(self._embedder, new, self._embedded_chunks)
            for member in group:
                own = {chunk.key: vectors[chunk.key] for chunk in member.new_chunks}
                self._embedded.put((member, own))

    def _group(self) -> list[Prepared]:
        """The documents that are there, until they are enough; at least one, unless there are no more."""
        group, chunks = list[Prepared](), 0
        member = self._prepared.get()
        while member is not None:
            group.append(member)
            chunks += len(member.chunks)
            if chunks >= GROUP_CHUNKS or len(group) >= GROUP_DOCUMENTS:
                break
            member = self._prepared.get_now()
        return group

    def _embedded_chunks(self, chunk_count: int) -> None:
        self._run.check()
        self._progress.embedded(chunk_count)

    def _store(self) -> None:
        while (item := self._embedded.get()) is not None:
            prepared, vectors = item
            try:
                self._replace(prepared, vectors)
            except MissingVectors:  # another process, or the same document once more in this run
                vectors = embed_chunks(self._embedder, prepared.chunks, lambda _: self._run.check())
                self._replace(prepared, vectors)
            self._budget.give_back(len(prepared.chunks))
            self._outcomes.put(prepared.outcome())

    def _replace(self, prepared: Prepared, vectors: ChunkVectors) -> None:
        self._destination.store.replace_document(
            self._destination.knowledge_set, prepared.document, prepared.chunks, vectors
        )
