"""A source's documents, read in this process: what the child does."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import BinaryIO

from ingest.errors import DocumentTooLarge, DocumentUnreadable, IngestError, shown
from ingest.loaders.archive import Member, members_of
from ingest.loaders.base import LoadedDocument, Markdown, PlainText, QuestionAnswers, RawDocument
from ingest.loaders.formats import suffix_of
from ingest.loaders.options import BYTES_PER_MB, LoaderOptions
from ingest.loaders.registry import ARCHIVE, SUFFIXES, loader_of
from ingest.loaders.source_bytes import open_file, read_file, too_large
from ingest.loaders.zip_members import open_zip, read_member
from ingest.reading.base import RefusedDocument, SourceFile


@dataclass(frozen=True, slots=True)
class Begun:
    """The member of an archive that is read next; `index` counts from 0."""

    uri: str
    index: int


def documents(
    source: SourceFile, options: LoaderOptions, first: int = 0
) -> Iterator[Begun | LoadedDocument | RefusedDocument]:
    """The source's documents; of an archive those from member `first` on, each after its Begun."""
    suffix = suffix_of(source.name, source.media_type, SUFFIXES)
    if not suffix and source.data is not None:
        suffix = ".md"
    if suffix == ARCHIVE:
        try:
            yield from _of_archive(source, options, first)
        except IngestError as exc:
            yield RefusedDocument(source.uri, exc)
    else:
        yield _outcome(source.uri, lambda: _load(_raw(source, options), suffix, options))


def text_chars(document: LoadedDocument) -> int:
    """How much text is in it."""
    match document.content:
        case Markdown(text) | PlainText(text):
            return len(text)
        case QuestionAnswers(pairs):
            return sum(len(pair.question) + len(pair.answer) for pair in pairs)


def _of_archive(
    source: SourceFile, options: LoaderOptions, first: int
) -> Iterator[Begun | LoadedDocument | RefusedDocument]:
    with closing(_open(source, options)) as file, open_zip(source.uri, file) as archive:
        members = members_of(source.uri, archive, options.limits)
        note = () if first else members.note(source.uri)
        for index, member in enumerate(members.found[first:], first):
            yield Begun(member.uri, index)

            def load(member: Member = member) -> LoadedDocument:
                if member.fault is not None:
                    raise member.fault
                raw = RawDocument(member.uri, read_member(member.uri, archive, member.info))
                return _load(raw, PurePosixPath(member.info.filename).suffix.lower(), options)

            outcome = _outcome(member.uri, load)
            if note and isinstance(outcome, LoadedDocument):
                outcome, note = replace(outcome, notes=(*note, *outcome.notes)), ()
            yield outcome


def _open(source: SourceFile, options: LoaderOptions) -> BinaryIO:
    """An archive may be as large as its unpacked members together."""
    if source.data is None and source.path is not None:
        return open_file(source.path, options.limits.max_unpacked_mb)
    return io.BytesIO(source.data or b"")


def _raw(source: SourceFile, options: LoaderOptions) -> RawDocument:
    limit_mb = options.limits.max_document_mb
    if source.path is not None:
        return RawDocument(source.uri, read_file(source.path, limit_mb), source.media_type)
    data = source.data or b""
    if len(data) > limit_mb * BYTES_PER_MB:
        raise too_large(source.uri, len(data), limit_mb)
    return RawDocument(source.uri, data, source.media_type)


def _load(raw: RawDocument, suffix: str, options: LoaderOptions) -> LoadedDocument:
    document = loader_of(raw.uri, suffix)(raw, options)
    chars = text_chars(document)
    if chars > options.limits.max_text_chars:
        raise DocumentTooLarge(
            f"{shown(raw.uri)} holds {chars} characters of text, the limit is {options.limits.max_text_chars}: split it"
        )
    return document


def _outcome(uri: str, load: Callable[[], LoadedDocument]) -> LoadedDocument | RefusedDocument:
    try:
        return load()
    except IngestError as exc:
        return RefusedDocument(uri, exc)
    except MemoryError:
        raise
    except ModuleNotFoundError as exc:
        reason = f"can't be read because {exc.name} is missing: pip install 'llamadesk[worker]'"
    except RecursionError:
        reason = "is nested too deeply: simplify it, or save it as text"
    except Exception as exc:  # noqa: BLE001 - whatever a parser raises of a hostile file, it is this file's fault
        reason = f"can't be read ({type(exc).__name__} in its reader): save it anew, or in another format"
    return RefusedDocument(uri, DocumentUnreadable(f"{shown(uri)} {reason}"))
