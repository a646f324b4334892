"""Office files: checks that come before a library opens one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from ingest.errors import DocumentUnreadable, IngestError, shown
from ingest.loaders.base import RawDocument
from ingest.loaders.options import ReadingLimits
from ingest.loaders.zip_members import checked_members, member_fault, open_zip

# Word, Excel and PowerPoint up to 2003, and today's files with a password, are in this container
# (https://learn.microsoft.com/openspecs/windows_protocols/ms-cfb, section 2.2, read 2026-11).
_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
# Office files hold no document type definition (ECMA-376 part 2, 8.2.5): what declares some is made to do harm.
_DECLARATIONS = tuple(
    word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in ("utf-8", "utf-16-le", "utf-16-be")
)
_CHUNK_BYTES = 1 << 20
_OVERLAP_BYTES = 32


def check_office_file(raw: RawDocument, limits: ReadingLimits) -> None:
    """Raises DocumentUnreadable or DocumentTooLarge for what no library shall be given."""
    if raw.data.startswith(_COMPOUND_FILE):
        raise DocumentUnreadable(
            f"{shown(raw.uri)} is of an old Office format, or protected by a password: save it as .docx or"
            " .xlsx without one"
        )
    with open_zip(raw.uri, io.BytesIO(raw.data)) as archive:
        for info in checked_members(raw.uri, archive, limits):
            if fault := member_fault(f"{raw.uri}/{info.filename}", info, limits):
                raise fault
            if info.filename.lower().endswith((".xml", ".rels")) and _declares(raw.uri, archive, info):
                raise DocumentUnreadable(
                    f"{shown(raw.uri)} declares XML entities, which Office files never do: save it anew"
                )


def _declares(uri: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
    with refused_if_broken(uri), archive.open(info) as part:
        tail = b""
        while chunk := part.read(_CHUNK_BYTES):
            if any(word in tail + chunk for word in _DECLARATIONS):
                return True
            tail = chunk[-_OVERLAP_BYTES:]
    return False


@contextmanager
def refused_if_broken(uri: str) -> Iterator[None]:
    """Makes a refusal of whatever a library raises: of broken files they raise anything, from KeyError to their own."""
    try:
        yield
    except (IngestError, MemoryError, ModuleNotFoundError):
        raise
    except RecursionError as exc:
        raise DocumentUnreadable(f"{shown(uri)} is nested too deeply: simplify it, or save it as text") from exc
    except Exception as exc:
        raise DocumentUnreadable(
            f"{shown(uri)} is broken, or not what its name says ({type(exc).__name__}): open it, and save it anew"
        ) from exc
