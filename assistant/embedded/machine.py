"""What this machine, or the container's share of it, offers."""

from __future__ import annotations

import math
import os
from pathlib import Path

# cgroup v2, https://docs.kernel.org/admin-guide/cgroup-v2.html (checked 2026-11). Inside a container its own limits
# stand here; os.cpu_count() and sysconf() tell those of the whole machine.
CGROUP = Path("/sys/fs/cgroup")


def available_cores(cgroup: Path = CGROUP) -> int:
    """The number of cores that this process may keep busy, at least 1."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota, _, period = _read(cgroup / "cpu.max").partition(" ")
    if quota.isdigit() and period.isdigit() and int(period):
        cores = min(cores, math.ceil(int(quota) / int(period)))
    return max(cores, 1)


def memory_bytes(cgroup: Path = CGROUP) -> int:
    """The memory that this process may use."""
    installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = _read(cgroup / "memory.max")
    return min(installed, int(limit)) if limit.isdigit() else installed


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:  # no cgroup v2, or not Linux: there is no limit to read
        return ""
