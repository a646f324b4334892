"""Documents in zip archives."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from ingest.errors import DocumentUnreadable, EmptyDocument, IngestError, shown
from ingest.loaders.options import BYTES_PER_MB, ReadingLimits
from ingest.loaders.registry import ARCHIVE, SUFFIXES
from ingest.loaders.source_bytes import too_large
from ingest.loaders.zip_members import checked_members, member_fault

# What macOS adds for itself.
_NOT_MEANT = "__MACOSX"


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive; `fault` says why it must not be read."""

    uri: str
    info: zipfile.ZipInfo
    fault: IngestError | None


@dataclass(frozen=True, slots=True)
class Members:
    """What is to be read of an archive, in its order, and how many files were passed over, by suffix."""

    found: list[Member]
    skipped: Counter[str]

    def note(self, uri: str) -> tuple[str, ...]:
        """What was passed over, as a line; () where nothing was."""
        kinds = ", ".join(f"{shown(kind)}: {count}" for kind, count in sorted(self.skipped.items()))
        return (f"{shown(uri)}: passed over files in it ({kinds})",) if kinds else ()


def members_of(uri: str, archive: zipfile.ZipFile, limits: ReadingLimits) -> Members:
    """The supported files in the archive, and nested archives with their fault; hidden files are passed over.

    Raises EmptyDocument where there are none, and what `checked_members` raises.
    """
    found: list[Member] = []
    skipped: Counter[str] = Counter()
    seen: set[str] = set()
    for info in _meant(checked_members(uri, archive, limits)):
        suffix = PurePosixPath(info.filename).suffix.lower()
        if suffix not in SUFFIXES:
            skipped[suffix or "no suffix"] += 1
            continue
        member_uri = f"{uri}/{info.filename}"
        fault = member_fault(member_uri, info, limits) or _own_fault(member_uri, info, limits, seen)
        seen.add(info.filename)
        found.append(Member(member_uri, info, fault))
    if not found:
        raise EmptyDocument(f"{shown(uri)} has no file of a supported kind in it: put your documents into it")
    return Members(found, skipped)


def _meant(infos: Iterable[zipfile.ZipInfo]) -> Iterable[zipfile.ZipInfo]:
    for info in infos:
        parts = [part for part in PurePosixPath(info.filename.replace("\\", "/")).parts if part != ".."]
        if _NOT_MEANT not in parts and not any(part.startswith(".") for part in parts):
            yield info


def _own_fault(member_uri: str, info: zipfile.ZipInfo, limits: ReadingLimits, seen: set[str]) -> IngestError | None:
    if PurePosixPath(info.filename).suffix.lower() == ARCHIVE:
        return DocumentUnreadable(f"{shown(member_uri)} is an archive in an archive: unpack it, and add it by itself")
    if info.filename in seen:
        return DocumentUnreadable(f"{shown(member_uri)} is in the archive twice: make the archive anew")
    if info.file_size > limits.max_document_mb * BYTES_PER_MB:
        return too_large(member_uri, info.file_size, limits.max_document_mb)
    return None
