"""What zip archives hold, checked before anything is unpacked. Office files are such archives, too."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from pathlib import PurePosixPath, PureWindowsPath
from typing import BinaryIO

from ingest.errors import DocumentTooLarge, DocumentUnreadable, IngestError, shown
from ingest.loaders.options import BYTES_PER_MB, ReadingLimits

# Of a local file header, without its name (APPNOTE.TXT of PKWARE, 4.3.7, read 2026-11).
_LOCAL_HEADER_BYTES = 30
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# Small files are never bombs, and empty spreadsheets pack well.
RATIO_FREE_BYTES = 1_000_000
# What zipfile raises for broken archives; RuntimeError and NotImplementedError for features that it lacks.
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError)


def open_zip(uri: str, file: BinaryIO) -> zipfile.ZipFile:
    """The archive. Names that don't say so are UTF-8 nevertheless, as macOS and Linux write them, if they can be."""
    try:
        try:
            return zipfile.ZipFile(file, metadata_encoding="utf-8")
        except UnicodeDecodeError:
            return zipfile.ZipFile(file)
    except _BROKEN as exc:
        raise DocumentUnreadable(f"{shown(uri)} is a broken zip file ({shown(str(exc))}): make it anew") from exc


def checked_members(uri: str, archive: zipfile.ZipFile, limits: ReadingLimits) -> list[zipfile.ZipInfo]:
    """The files in it, folders apart. Raises DocumentTooLarge or DocumentUnreadable for an archive made to do harm."""
    members = [info for info in archive.infolist() if not info.is_dir()]
    if len(members) > limits.max_members:
        raise DocumentTooLarge(
            f"{shown(uri)} holds {len(members)} files, the limit is {limits.max_members}: split it into several"
        )
    unpacked = sum(info.file_size for info in members)
    if unpacked > limits.max_unpacked_mb * BYTES_PER_MB:
        raise DocumentTooLarge(
            f"{shown(uri)} has {unpacked / BYTES_PER_MB:.1f} MB unpacked, the limit is {limits.max_unpacked_mb:g} MB:"
            " split it into several"
        )
    in_order = sorted(archive.infolist(), key=lambda info: info.header_offset)
    ends = [info.header_offset + _LOCAL_HEADER_BYTES + info.compress_size for info in in_order]
    starts = [*(info.header_offset for info in in_order[1:]), archive.start_dir]
    if any(end > start for end, start in zip(ends, starts, strict=False)):  # of no files there are no ends
        raise DocumentUnreadable(f"{shown(uri)} is no honest zip file (its files overlap): make it anew")
    return members


def member_fault(member_uri: str, info: zipfile.ZipInfo, limits: ReadingLimits) -> IngestError | None:
    """Why this member is not to be unpacked; None if nothing is wrong with it."""
    name = info.filename
    parts = PurePosixPath(name.replace("\\", "/")).parts
    faults = (
        (name.startswith("/") or ".." in parts, "has a name that leads out of the archive: make the archive anew"),
        (bool(PureWindowsPath(name).drive) or not name.isprintable(), "has no name of a file: make the archive anew"),
        (stat.S_ISLNK(info.external_attr >> 16), "is a symbolic link: put the file itself into the archive"),
        (bool(info.flag_bits & _ENCRYPTED), "is protected by a password: make the archive without one"),
        (info.compress_type not in _METHODS, "is packed in an unusual way: make the archive with `zip`"),
        (
            info.file_size > max(RATIO_FREE_BYTES, limits.max_ratio * info.compress_size),
            f"unpacks to more than {limits.max_ratio} times its size, as bombs do: leave it out",
        ),
    )
    reason = next((reason for is_so, reason in faults if is_so), "")
    return DocumentUnreadable(f"{shown(member_uri)} {reason}") if reason else None


def read_member(member_uri: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Its bytes, never more than it declares."""
    try:
        with archive.open(info) as file:
            return file.read()
    except _BROKEN as exc:
        raise DocumentUnreadable(f"{shown(member_uri)} is broken ({shown(str(exc))}): make the archive anew") from exc
