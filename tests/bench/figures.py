"""How figures of the benchmarks are computed, printed and kept."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).resolve().parents[2] / "build" / "bench"


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile of the values, which must not be empty."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, round(percent / 100 * len(ranked)) - 1))]


def report(name: str, figures: Mapping[str, float | int | str]) -> None:
    """Print the figures as a table, and keep them with the machine's as build/bench/NAME.json."""
    table = Table(title=name)
    table.add_column("what")
    table.add_column("figure", justify="right")
    for what, figure in figures.items():
        table.add_row(what, f"{figure:.2f}" if isinstance(figure, float) else str(figure))
    Console().print(table)
    FOLDER.mkdir(parents=True, exist_ok=True)
    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
    (FOLDER / f"{name}.json").write_text(json.dumps({**figures, "machine": machine}, indent=2) + "\n", encoding="utf-8")
