"""What a child's end says about the document that it read."""

from __future__ import annotations

from ingest.errors import ReadingLimitExceeded, shown
from ingest.loaders.options import ReadingLimits
from ingest.reading.child_process import ChildFailed, Failure


def refusal_of(uri: str, exc: ChildFailed, limits: ReadingLimits) -> ReadingLimitExceeded:
    """The refusal of the document, with the limit that it exceeded."""
    advice = "split it, or save it in another format"
    match exc.failure:
        case Failure.MEMORY:
            reason = f"takes more than {limits.memory_mb} MB of memory to read: {advice}"
        case Failure.CPU:
            reason = f"takes longer than {limits.cpu_s} s of CPU to read: {advice}"
        case Failure.TIME:
            reason = f"takes longer than {limits.wall_s:g} s to read: {advice}"
        case Failure.CRASH:
            reason = f"crashes its reader{_cause(exc, limits)}: {advice}"
    return ReadingLimitExceeded(f"{shown(uri)} {reason}")


def _cause(exc: ChildFailed, limits: ReadingLimits) -> str:
    """Libraries in C end the process by one of these signals when they get no memory, and for faults of their own."""
    if exc.signal_name in ("SIGABRT", "SIGTRAP", "SIGILL"):
        return f", perhaps for want of memory ({limits.memory_mb} MB)"
    return f" ({exc.signal_name})" if exc.signal_name else ""
