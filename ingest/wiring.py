"""The parts that the commands work with, from the settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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

# The threads of a pipeline and the command's own.
POOL_SIZE = 4


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The store in the configured database. Embedding models are loaded when they are wanted: it takes seconds."""

    settings: Settings
    pool: ConnectionPool
    store: VectorStore

    def embedder(self, known: KnowledgeSet | None) -> Embedder:
        """The model that is set, else the one that the knowledge set was made with, else the packaged one."""
        name = self.settings.embedding_model or (known.space.model_name if known else "")
        return wiring.embedder_named(name, self.settings)

    @contextmanager
    def search(self) -> Iterator[ChunkSearch]:
        """What finds chunks, while the block runs."""
        with wiring.chunk_search(self.settings) as search:
            yield search


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
