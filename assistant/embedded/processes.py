"""Processes that can't be mistaken for others.

A process id alone proves nothing, since ids are used again; together with the time of its start it does.
"""

from __future__ import annotations

import signal
from contextlib import suppress
from typing import NamedTuple

import psutil


class Identity(NamedTuple):
    """One process of this machine, ever. `started` in seconds since the epoch."""

    pid: int
    started: float


def identity(pid: int) -> Identity | None:
    """The identity of the process that has this id now; None where there is none."""
    try:
        return Identity(pid, psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def is_alive(noted: Identity) -> bool:
    """Whether this very process still runs."""
    return _find(noted) is not None


def end(noted: Identity, *, by_force: bool) -> None:
    """Ask this very process to end, or kill it; does nothing where it is gone."""
    process = _find(noted)
    if process is None:
        return
    with suppress(psutil.Error):
        # On SIGTERM Postgres waits for its clients; on SIGINT it shuts down in order at once.
        in_order = signal.SIGINT if process.name().startswith("postgres") else signal.SIGTERM
        process.send_signal(signal.SIGKILL if by_force else in_order)


def runs_postgres(pid: int) -> bool:
    """Whether this process id now belongs to a Postgres that is not dead (unlike one that nobody has reaped)."""
    try:
        process = psutil.Process(pid)
        return bool(process.name().startswith("postgres") and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def is_dead(pid: int) -> bool:
    """Whether the process has ended; one with threads has, some moments before its parent can reap it (wait(2))."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _find(noted: Identity) -> psutil.Process | None:
    try:
        process = psutil.Process(noted.pid)
        # The clock's granularity is 10 ms; ids come round much later.
        same = abs(process.create_time() - noted.started) < 0.05 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return None
    return process if same else None
