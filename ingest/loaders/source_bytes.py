"""A file's bytes, within limits."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from ingest.errors import DocumentMissing, DocumentTooLarge, DocumentUnreadable, shown
from ingest.loaders.options import BYTES_PER_MB


def open_file(path: Path, max_mb: float) -> BinaryIO:
    """The regular file, open for reading; its size is checked before anything is read."""
    try:
        str(path).encode()
    except UnicodeEncodeError as exc:
        raise DocumentUnreadable(f"{shown(path)}: its name is not UTF-8; rename the file") from exc
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise DocumentMissing(f"{shown(path)} is not a regular file: give a file or a folder")
        if status.st_size > int(max_mb * BYTES_PER_MB):
            raise too_large(str(path), status.st_size, max_mb)
        return path.open("rb")
    except OSError as exc:
        raise _unreadable(path, exc) from exc


def read_file(path: Path, max_mb: float) -> bytes:
    """The file's bytes; its size is checked again while they are read."""
    limit = int(max_mb * BYTES_PER_MB)
    with open_file(path, max_mb) as file:
        try:
            # Not of the limit's size, which would be set aside for each small file.
            data = file.read(min(limit, os.fstat(file.fileno()).st_size) + 1)
        except OSError as exc:
            raise _unreadable(path, exc) from exc
    if len(data) > limit:
        raise too_large(str(path), len(data), max_mb)
    return data


def too_large(uri: str, size: int, max_mb: float) -> DocumentTooLarge:
    """The refusal of `size` bytes."""
    return DocumentTooLarge(
        f"{shown(uri)} has {size / BYTES_PER_MB:.1f} MB, the limit is {max_mb:g} MB:"
        " split it, or raise ASSISTANT_MAX_DOCUMENT_MB"
    )


def _unreadable(path: Path, exc: OSError) -> DocumentMissing:
    return DocumentMissing(f"{shown(path)} can't be read ({exc.strerror or exc}): check its name and permissions")
