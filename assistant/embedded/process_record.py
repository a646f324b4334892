"""Which processes belong to a home, written down so that a killed keeper's servers are found and never mistaken."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.embedded.home import Home
from assistant.embedded.lock import try_lock
from assistant.embedded.processes import Identity, end, identity, is_alive
from assistant.errors import EmbeddedStackError

_GRACE_S = 15.0
_KEEPER_STOP_S = 90.0
_POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class ProcessRecord:
    """A keeper and its children as they were when it was last written."""

    keeper: Identity | None = None
    children: tuple[Identity, ...] = ()


def write_record(path: Path, children: Sequence[int]) -> None:
    """Note this process as the keeper, and its children."""
    noted = [identity(pid) for pid in children]
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps({"keeper": identity(os.getpid()), "children": [one for one in noted if one]}))
    draft.replace(path)


def read_record(path: Path) -> ProcessRecord:
    """What was noted; nothing where the record is missing or damaged, for then it proves nothing."""
    try:
        record = json.loads(path.read_text())
        children = tuple(_identity(*one) for one in record["children"])
        return ProcessRecord(_identity(*record["keeper"]), children)
    except (OSError, ValueError, TypeError, KeyError):
        return ProcessRecord()


def take_over(home: Home) -> int:
    """The home's keeper lock, after whatever a killed keeper left behind has ended.

    Raises EmbeddedStackError when a keeper lives that can't be reached, or when something does not end.
    """
    if (lock := try_lock(home.keeper_lock)) is not None:
        return lock
    record = read_record(home.process_record)
    if record.keeper is not None and is_alive(record.keeper):
        if (lock := _wait_for(home.keeper_lock, _KEEPER_STOP_S)) is not None:
            return lock
        raise EmbeddedStackError(f"Process {record.keeper.pid} keeps {home.path} but can't be reached: end it first")
    for by_force in (False, True):
        for child in record.children:
            end(child, by_force=by_force)
        if (lock := _wait_for(home.keeper_lock, _GRACE_S)) is not None:
            return lock
    raise EmbeddedStackError(f"A server of an earlier run still uses {home.path}: end it, then start again")


def _wait_for(path: Path, timeout_s: float) -> int | None:
    deadline = time.monotonic() + timeout_s
    while (lock := try_lock(path)) is None and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    return lock


def _identity(pid: object, started: object) -> Identity:
    if type(pid) is not int or pid <= 1 or not isinstance(started, float):
        raise TypeError
    return Identity(pid, started)
