"""One sync: compares what is there with what is stored, and carries the difference out."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from ingest.errors import DocumentMissing, IngestError, PageMissing, shown
from ingest.intake import Choices, Intake
from ingest.outcome import Outcome, Progress
from ingest.reading.base import RefusedDocument, SourceFile
from ingest.sources import source_hash
from ingest.sync import Ledger
from ingest.sync_sources import SyncSources
from ingest.wiring import Knowledge

REMOVED_TOGETHER = 200
TakeIn = Callable[[Iterable[SourceFile | RefusedDocument], Progress], Iterator[Outcome]]
"""As Intake.run."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one document, or would become of it."""

    uri: str
    status: Literal["added", "changed", "removed", "failed"]
    outcome: Outcome | None = None


@dataclass(slots=True)
class Summary:
    """How many documents there were of each kind, how many chunks were embedded, and how long it took."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: int = 0
    embedded_chunks: int = 0
    duration_s: float = 0.0

    def count(self, change: Change) -> None:
        setattr(self, change.status, getattr(self, change.status) + 1)
        if change.outcome is not None:
            self.embedded_chunks += change.outcome.new_chunks


@dataclass
class SyncRun:
    """One sync of `sources`. `summary` is complete once all changes were read. `take_in`: who does the work, if not
    this process."""

    knowledge: Knowledge
    choices: Choices
    sources: SyncSources
    allow_empty: bool = False
    take_in: TakeIn | None = None
    summary: Summary = field(default_factory=Summary)

    def __post_init__(self) -> None:
        self._intake = Intake(self.knowledge, self.choices)
        stored = self.knowledge.store.documents(self.choices.knowledge_set)
        self._ledger = Ledger(each.document for each in stored)
        self._missing_pages: list[str] = []

    def planned(self) -> Iterator[Change]:
        """What would be done; nothing is."""
        yield from self._counted(self._planned())

    def carried_out(self, progress: Progress) -> Iterator[Change]:
        """What is done, as it is done. Raises only what concerns all documents."""
        yield from self._counted(self._carried_out(progress))

    def _counted(self, changes: Iterator[Change]) -> Iterator[Change]:
        started = time.monotonic()
        for change in changes:
            self.summary.count(change)
            yield change
        self.summary.duration_s = round(time.monotonic() - started, 3)

    def _planned(self) -> Iterator[Change]:
        for uri in self._vanished():
            yield Change(uri, "removed")
        for entry in self._changed():
            if isinstance(entry, RefusedDocument):
                yield Change(entry.uri, "failed", Outcome(entry.uri, error=entry.error))
            else:
                yield Change(entry.uri, "changed" if self._ledger.holds(entry.uri) else "added")
        for uri in self._missing_pages:
            yield Change(uri, "removed")

    def _carried_out(self, progress: Progress) -> Iterator[Change]:
        yield from self._remove(self._vanished())
        by_source: dict[str, list[Outcome]] = defaultdict(list)
        take_in = self.take_in or self._intake.run
        for outcome in take_in(self._changed(), progress):
            by_source[outcome.source_uri].append(outcome)
            if outcome.error is not None:
                yield Change(outcome.uri, "failed", outcome)
            else:
                yield Change(outcome.uri, "changed" if self._ledger.holds_document(outcome.uri) else "added", outcome)
        yield from self._remove(self._missing_pages)
        for source_uri, outcomes in by_source.items():
            if not _is_refused_whole(outcomes):
                yield from self._remove(self._ledger.left_over(source_uri, {outcome.uri for outcome in outcomes}))

    def _changed(self) -> Iterator[SourceFile | RefusedDocument]:
        """What is new or not as it was stored; the rest is counted."""
        for entry in self.sources.entries():
            if isinstance(entry, RefusedDocument):
                if isinstance(entry.error, PageMissing):
                    self._missing_pages += self._ledger.left_over(entry.uri, ())
                yield entry
                continue
            try:
                is_unchanged = self._ledger.is_unchanged(entry.uri, source_hash(entry), self._intake.treatment)
            except IngestError as exc:
                yield RefusedDocument(entry.uri, exc)
                continue
            if is_unchanged:
                self.summary.unchanged += self._ledger.document_count(entry.uri)
            else:
                yield entry

    def _vanished(self) -> list[str]:
        """Documents whose source is gone, and not only out of sight. Raises DocumentMissing where all would be."""
        sources = self.sources
        vanished = self._ledger.vanished(sources.root, sources.uris)
        if vanished and not sources.uris and not self.allow_empty:
            raise DocumentMissing(
                f"{shown(sources.root)} holds no document any more, but {len(vanished)} are stored from it: check that"
                " it is the right place and in reach, or remove them with --allow-empty"
            )
        return [uri for uri in vanished if not any(uri.startswith(f"{unseen}/") for unseen in sources.unseen)]

    def _remove(self, uris: list[str]) -> Iterator[Change]:
        for start in range(0, len(uris), REMOVED_TOGETHER):
            some = uris[start : start + REMOVED_TOGETHER]
            for uri in self.knowledge.store.remove_documents(self.choices.knowledge_set, some):
                yield Change(uri, "removed")


def _is_refused_whole(outcomes: list[Outcome]) -> bool:
    """Whether nothing is known of what the source holds."""
    return any(outcome.error is not None and outcome.uri == outcome.source_uri for outcome in outcomes)
