"""The parts that the commands work with, from the settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg_pool import ConnectionPool
from rich.console import Console

from assistant import wiring
from assistant.config import Settings, load_settings
from assistant.embedded import Part
from assistant.embedding.base import Embedder
from assistant.logs import configure_logging
from assistant.vector_store.base import ChunkSearch, KnowledgeSet, VectorStore
from assistant.vector_store.scope import EVERYONE, SET_SEPARATOR, Scope
from ingest.errors import IngestError, shown

# The threads of a pipeline and the command's own.
POOL_SIZE = 4


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The store in the configured database. Embedding models are loaded when they are wanted: it takes seconds."""

    settings: Settings
    pool: ConnectionPool
    store: VectorStore

    def embedder(self, known: KnowledgeSet | None) -> Embedder:
        """The model of that name (see embedding_model), loaded."""
        return wiring.embedder_named(embedding_model(self.settings, known), self.settings)

    def scope(
        self, names: Sequence[str], audiences: Sequence[str] = (EVERYONE,), tags: Sequence[tuple[str, str]] = ()
    ) -> Scope:
        """What is searched: the knowledge sets of these names, or with none those that are set."""
        return Scope.of(SET_SEPARATOR.join(names) or self.settings.knowledge_set, audiences, tags)

    def sets(self, names: Sequence[str]) -> list[KnowledgeSet]:
        """The knowledge sets of these names. Raises IngestError where there is none."""
        return [self._set(name) for name in names]

    def _set(self, name: str) -> KnowledgeSet:
        found = self.store.find_set(name)
        if found is None:
            raise IngestError(f"there is no knowledge set {shown(name)!r}: `ingest add` documents first")
        return found

    @contextmanager
    def search(self) -> Iterator[ChunkSearch]:
        """What finds chunks, while the block runs."""
        with wiring.chunk_search(self.settings) as search:
            yield search


def embedding_model(settings: Settings, known: KnowledgeSet | None) -> str:
    """The name of the model that is set, else of the one that the knowledge set was made with, else "": the packaged
    one."""
    return settings.embedding_model or (known.space.model_name if known else "")


@contextmanager
def open_knowledge(on_status: Callable[[str], None], *more: Part) -> Iterator[Knowledge]:
    """The knowledge in the configured database; with none configured, the embedded one is up meanwhile. `more` parts
    are there as well."""
    settings = load_settings()
    configure_logging(settings.log_level)
    with (
        wiring.served(settings, [Part.POSTGRES, *more], on_status) as complete,
        wiring.database_pool(complete, POOL_SIZE) as pool,
    ):
        yield Knowledge(complete, pool, wiring.vector_store(pool))


@contextmanager
def opened(*more: Part) -> Iterator[Knowledge]:
    """The same; what takes time at the start is told on standard error where that is a terminal."""
    console = Console(stderr=True)
    with console.status("starting") as status, open_knowledge(status.update, *more) as knowledge:
        status.stop()
        yield knowledge
