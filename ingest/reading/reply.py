"""What has come of one source so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest.errors import DocumentTooLarge, IngestError, shown
from ingest.loaders.base import LoadedDocument
from ingest.loaders.options import ReadingLimits
from ingest.reading.base import RefusedDocument, SourceFile
from ingest.reading.document_json import document_from_json, refusal_from_json
from ingest.reading.documents import text_chars
from ingest.reading.frames import FrameBroken, number, text


@dataclass(slots=True)
class Reply:
    """Takes in what a child says about `source`, and only that: a child that a document has taken over must not speak
    for other documents. `is_cut`: it is done, though the child has more to say."""

    source: SourceFile
    limits: ReadingLimits
    entries: list[LoadedDocument | RefusedDocument] = field(default_factory=list)
    member_uri: str = ""
    next_member: int = 0
    chars: int = 0
    is_done: bool = False
    is_cut: bool = False

    def refuse(self, error: IngestError, uri: str = "") -> None:
        """Note a refusal, of the source itself if `uri` is not given."""
        self.entries.append(RefusedDocument(uri or self.source.uri, error))

    def take(self, message: Mapping[str, object]) -> None:
        """Take one message in. Raises FrameBroken where it is none, or out of its turn."""
        match text(message, "kind"):
            case "begun":
                self._begin(text(message, "uri"), number(message, "index"))
            case "loaded":
                self._add(document_from_json(message))
            case "refused":
                self._add(refusal_from_json(message))
            case "done" if self.entries:
                self.is_done = True
            case _:
                raise FrameBroken("no such kind")

    def _begin(self, uri: str, index: int) -> None:
        is_next = index == self.next_member < self.limits.max_members
        if not is_next or not uri.startswith(f"{self.source.uri}/"):
            raise FrameBroken("no such member")
        self.member_uri, self.next_member = uri, index + 1

    def _add(self, entry: LoadedDocument | RefusedDocument) -> None:
        expected = {self.member_uri or self.source.uri}
        if isinstance(entry, RefusedDocument):
            expected.add(self.source.uri)
        if entry.uri not in expected or len(self.entries) > self.limits.max_members:
            raise FrameBroken("another document")
        self.chars += text_chars(entry) if isinstance(entry, LoadedDocument) else 0
        if self.chars > self.limits.max_text_chars:
            limit = self.limits.max_text_chars
            self.refuse(DocumentTooLarge(f"{shown(self.source.uri)} holds more than {limit} characters: split it"))
            self.is_done = self.is_cut = True
        else:
            self.entries.append(entry)
