"""What a sync has to do: which sources are new or changed, and which documents are gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from assistant.vector_store.base import Document

INCOMPLETE = "incomplete"
"""The hash of an archive of which a document was refused: it is never taken for unchanged."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """How documents are to be stored; what was stored otherwise is stored anew."""

    recipe: str
    tags: tuple[tuple[str, str], ...] = ()
    audience: tuple[str, ...] = ()

    def fits(self, document: Document) -> bool:
        """Whether the document was stored so."""
        return (document.recipe, document.tags, set(document.audience)) == (
            self.recipe,
            tuple(sorted(self.tags)),
            set(self.audience),
        )


class Ledger:
    """What a knowledge set holds, by source (a file, a page, an archive of several documents)."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._by_source: dict[str, list[Document]] = defaultdict(list)
        self._uris: set[str] = set()
        for document in documents:
            self._uris.add(document.uri)
            self._by_source[document.source_uri].append(document)

    def holds(self, source_uri: str) -> bool:
        """Whether a document of that source is there."""
        return source_uri in self._by_source

    def holds_document(self, uri: str) -> bool:
        """Whether that document is there."""
        return uri in self._uris

    def document_count(self, source_uri: str) -> int:
        """How many documents of that source are there."""
        return len(self._by_source.get(source_uri, ()))

    def is_unchanged(self, source_uri: str, source_hash: str, treatment: Treatment) -> bool:
        """Whether all that the source holds is stored, and stored so."""
        stored = self._by_source.get(source_uri, [])
        return bool(stored) and all(each.source_hash == source_hash and treatment.fits(each) for each in stored)

    def left_over(self, source_uri: str, uris: Collection[str]) -> list[str]:
        """Stored documents of the source that are none of `uris`, which it holds now."""
        return [each.uri for each in self._by_source.get(source_uri, []) if each.uri not in uris]

    def vanished(self, root: str, seen: Collection[str]) -> list[str]:
        """Documents below the folder `root`, or that a sync of it brought, whose source is none of `seen`."""
        below = f"{root.rstrip('/')}/"
        return [
            document.uri
            for source_uri, documents in self._by_source.items()
            if source_uri not in seen
            for document in documents
            if document.synced_from == root or source_uri.startswith(below)
        ]
