"""File locks that end with the process that holds them, however it ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_POLL_S = 0.01


def try_lock(path: Path) -> int | None:
    """A descriptor that holds the exclusive lock on `path` until it is closed everywhere; None when it is taken."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


@contextmanager
def locked(path: Path, timeout_s: float) -> Iterator[None]:
    """Hold the exclusive lock on `path`. Raises TimeoutError when it stays taken for `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    # Asked for again and again, because flock itself knows no deadline.
    while (descriptor := try_lock(path)) is None:
        if time.monotonic() > deadline:
            raise TimeoutError(path)
        time.sleep(_POLL_S)
    try:
        yield
    finally:
        os.close(descriptor)
