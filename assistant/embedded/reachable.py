"""Folders as another user can reach them although their parents are private."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.embedded.account import Account


@dataclass(frozen=True, slots=True)
class Reachable:
    """The folders' paths for the program, and the descriptors that it must inherit for them to be valid."""

    paths: tuple[str, ...]
    descriptors: tuple[int, ...] = ()


@contextmanager
def reachable(folders: Sequence[Path], account: Account | None) -> Iterator[Reachable]:
    """The folders for a program that `account` runs; None stands for ourselves, who reach them as they are.

    To follow /proc/self/fd/N asks for no permission on the folders above (proc_pid_fd(5), checked 2026-11).
    """
    if account is None:
        yield Reachable(tuple(map(str, folders)))
        return
    descriptors = tuple(os.open(folder, os.O_RDONLY | os.O_DIRECTORY) for folder in folders)
    try:
        yield Reachable(tuple(f"/proc/self/fd/{descriptor}" for descriptor in descriptors), descriptors)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
