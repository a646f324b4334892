"""The parts that the commands work with, from the settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from assistant import wiring
from assistant.config import Settings, load_settings
from assistant.embedded import Part
from assistant.embedding.base import Embedder
from assistant.logs import configure_logging
from assistant.vector_store.base import VectorStore

# One thread uses them.
POOL_SIZE = 2


@dataclass(frozen=True)
class Knowledge:
    """The store, and the embedding model, which is loaded when first asked for: it takes seconds."""

    settings: Settings
    store: VectorStore

    @cached_property
    def embedder(self) -> Embedder:
        return wiring.embedder(self.settings)


@contextmanager
def open_knowledge(on_status: Callable[[str], None]) -> Iterator[Knowledge]:
    """The knowledge in the configured database; with none configured, the embedded one is up meanwhile."""
    settings = load_settings()
    configure_logging(settings.log_level)
    with (
        wiring.served(settings, [Part.POSTGRES], on_status) as complete,
        wiring.database_pool(complete, POOL_SIZE) as pool,
    ):
        yield Knowledge(complete, wiring.vector_store(pool))
