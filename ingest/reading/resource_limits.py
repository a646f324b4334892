"""Limits that the child sets on itself before it sees a document."""

from __future__ import annotations

import math
import resource
import sys
import time

from ingest.loaders.options import BYTES_PER_MB

# The pipes, the document, and what importing opens.
MAX_OPEN_FILES = 64


def limit_process(memory_mb: int) -> None:
    """No more memory than this, no file written, no process started, no core file left behind."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, MAX_OPEN_FILES)
    _limit(resource.RLIMIT_NPROC, 0)
    if sys.platform != "darwin":  # macOS refuses this one
        _limit(resource.RLIMIT_AS, memory_mb * BYTES_PER_MB)


def limit_cpu(cpu_s: int) -> None:
    """From now on so many seconds of CPU time, then the system ends the process with SIGXCPU."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(time.process_time()) + cpu_s
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))
