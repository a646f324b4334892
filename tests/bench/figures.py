"""How figures of the benchmarks are computed, printed and kept."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).resolve().parents[2] / "build" / "bench"
Figures = dict[str, float | int | str]


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile of the values, which must not be empty."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, round(percent / 100 * len(ranked)) - 1))]


def machine() -> Figures:
    """What the figures were measured on."""
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "memory, GB": round(memory_gb, 1),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "yardstick, ms": round(yardstick_ms(), 1),
    }


def yardstick_ms() -> float:
    """How fast the machine is just now: the CPU time of a fixed piece of Python, the median of several. A virtual
    machine's speed changes by a factor of two with what its neighbours do, and so do all figures."""
    return statistics.median(_loop_ms() for _ in range(9))


def _loop_ms() -> float:
    started = time.thread_time()
    total = 0
    for number in range(300_000):
        total += number * number % 7
    return (time.thread_time() - started) * 1000


def report(name: str, figures: Figures) -> None:
    """Print the figures as a table, and keep them with the machine's as build/bench/NAME.json."""
    table = Table(title=name)
    table.add_column("what")
    table.add_column("figure", justify="right")
    for what, figure in figures.items():
        table.add_row(what, f"{figure:.2f}" if isinstance(figure, float) else str(figure))
    Console().print(table)
    keep(name, {**figures, "machine": machine()})


def keep(name: str, content: dict[str, Any]) -> None:
    """Write build/bench/NAME.json."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def keep_series(name: str, points: Sequence[Figures]) -> None:
    """Keep what a plot is drawn from."""
    keep(name, {"points": list(points), "machine": machine()})


def kept(name: str) -> dict[str, Any]:
    """What build/bench/NAME.json holds; raises FileNotFoundError where the benchmark has not run."""
    content: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return content


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor()
    )
