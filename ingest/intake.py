"""Takes sources into a knowledge set as it was chosen."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from assistant.embedding.base import Embedder
from assistant.vector_store.base import SetOptions
from assistant.vector_store.scope import EVERYONE
from ingest.outcome import Destination, Outcome, Progress
from ingest.pipeline import Pipeline
from ingest.reading.base import DocumentReader, ReadingHints, ReadingLimits, RefusedDocument, SourceFile
from ingest.reading.reader import ChildReader
from ingest.recipe import recipe_of
from ingest.split import SplitOptions, Splitter
from ingest.sync import Treatment
from ingest.wiring import Knowledge


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen for the documents; `options` also for the knowledge set, from now on."""

    knowledge_set: str
    tags: tuple[tuple[str, str], ...] = ()
    audience: tuple[str, ...] = (EVERYONE,)
    options: SetOptions = field(default_factory=SetOptions)
    hints: ReadingHints = field(default_factory=ReadingHints)
    synced_from: str = ""


class Intake:
    """The way into one knowledge set. Its embedding model is loaded with the first source."""

    def __init__(self, knowledge: Knowledge, choices: Choices) -> None:
        self._knowledge = knowledge
        self._choices = choices
        self._found = knowledge.store.find_set(choices.knowledge_set)
        self._split = self._split_options()

    @property
    def treatment(self) -> Treatment:
        """How the documents will be stored."""
        recipe = recipe_of(self._split, self._choices.hints)
        return Treatment(recipe, self._choices.tags, self._choices.audience)

    def run(self, entries: Iterable[SourceFile | RefusedDocument], progress: Progress) -> Iterator[Outcome]:
        """What became of each document. No model is loaded, and no set is made, where there is no source."""
        refused: deque[RefusedDocument] = deque()
        sources = _sources(entries, refused)
        first = next(sources, None)
        outcomes = iter(()) if first is None else self._taken_in(chain([first], sources), progress)
        for outcome in outcomes:
            yield from _told(refused)
            yield outcome
        yield from _told(refused)

    def _taken_in(self, sources: Iterable[SourceFile], progress: Progress) -> Iterator[Outcome]:
        embedder = self._knowledge.embedder(self._found)
        with self.reader() as reader:
            yield from self.pipeline(reader, embedder).run(sources, progress)

    def reader(self) -> ChildReader:
        """What reads the documents."""
        return ChildReader(ReadingLimits(max_document_mb=self._knowledge.settings.max_document_mb), self._choices.hints)

    def pipeline(self, reader: DocumentReader, embedder: Embedder) -> Pipeline:
        """The pipeline into the set, which is made if need be. Raises ConfigurationError unless the model is its."""
        choices, store = self._choices, self._knowledge.store
        opened = store.open_set(choices.knowledge_set, embedder.identity, choices.options)
        destination = Destination(
            store, opened, choices.tags, choices.audience, self.treatment.recipe, choices.synced_from
        )
        return Pipeline(reader, Splitter(embedder, self._split), embedder, destination)

    def _split_options(self) -> SplitOptions:
        """As chosen now, else as the set has it, else as it is set."""
        chosen, found, settings = self._choices.options, self._found, self._knowledge.settings
        tokens = _first(chosen.chunk_tokens, found.chunk_tokens if found else None, settings.chunk_tokens)
        overlap = _first(chosen.chunk_overlap, found.chunk_overlap if found else None, settings.chunk_overlap)
        return SplitOptions(tokens, overlap)


def _first(chosen: int | None, kept: int | None, default: int) -> int:
    return chosen if chosen is not None else kept if kept is not None else default


def _sources(entries: Iterable[SourceFile | RefusedDocument], refused: deque[RefusedDocument]) -> Iterator[SourceFile]:
    """The sources among the entries; the others are put aside."""
    for entry in entries:
        if isinstance(entry, SourceFile):
            yield entry
        else:
            refused.append(entry)


def _told(refused: deque[RefusedDocument]) -> Iterator[Outcome]:
    while refused:
        entry = refused.popleft()
        yield Outcome(entry.uri, error=entry.error, source_uri=entry.uri)
