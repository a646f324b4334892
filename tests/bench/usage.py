"""What processes use: CPU seconds, memory, open files."""

from __future__ import annotations

from collections.abc import Mapping

import psutil

MB = 1024 * 1024


def cpu_s(process: psutil.Process) -> float:
    """CPU seconds of the process and its descendants so far, those included that have ended and were waited for."""
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:
            continue  # ended since it was listed; its parent's figure has it from now on
        total += times.user + times.system + times.children_user + times.children_system
    return float(total)


def cpu_of(processes: Mapping[str, psutil.Process]) -> dict[str, float]:
    """CPU seconds so far, by name."""
    return {name: cpu_s(process) for name, process in processes.items()}


def busy_s() -> float:
    """CPU seconds that all of the machine has been busy."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq)


def rss_mb(process: psutil.Process) -> float:
    """Resident memory of the process and its descendants; what they share counts in each."""
    return sum(_rss(one) for one in (process, *process.children(recursive=True))) / MB


def _rss(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
