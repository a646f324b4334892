"""The plots of the benchmarks, drawn from what they kept: build/bench/NAME.png."""

from __future__ import annotations

import matplotlib as mpl

mpl.use("Agg")  # no screen

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from tests.bench.figures import FOLDER, kept


def latency_against_load() -> None:
    """Our own time for one message, at each rate."""
    lines = [f"own time p{percent}, ms" for percent in (50, 90, 99)]
    _draw("latency", "Our own time for one message, the language model left out", "messages/s", lines, "ms")


def memory_against_conversations() -> None:
    """The worker's resident memory, at each number of generations in flight."""
    _draw("memory", "Memory of one worker process", "generations in flight", ["worker, MB"], "MB")


def soak_over_time() -> None:
    """Memory and connections of a soak, by minute."""
    points = kept("soak")["samples"]
    minutes = [point["minute"] for point in points]
    figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(8, 6))
    above.set_title("Soak")
    for axes, unit in ((above, "MB"), (below, "open")):
        for name in (name for name in points[0] if name.endswith(f", {unit}")):
            axes.plot(minutes, [point[name] for point in points], label=name)
        _finish(axes, "minutes", unit)
    figure.savefig(FOLDER / "soak.png", dpi=120, bbox_inches="tight")
    plt.close(figure)


def search_against_size() -> None:
    """Time of a search and recall against exact search, at each number of chunks, for each precision."""
    points = kept("size")["points"]
    figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(8, 7))
    above.set_title("Search against the number of chunks")
    for precision in sorted({point["precision"] for point in points}):
        chosen = [point for point in points if point["precision"] == precision]
        sizes = [point["chunks"] for point in chosen]
        for what in ("dense p50, ms", "dense p99, ms", "fused p50, ms", "fused p99, ms"):
            above.plot(
                sizes, [point[what] for point in chosen], marker="o", label=f"{what.removesuffix(', ms')}, {precision}"
            )
        below.plot(sizes, [point["recall@5"] for point in chosen], marker="o", label=f"recall@5, {precision}")
    _finish(above, "chunks", "ms")
    _finish(below, "chunks", "recall")
    above.set_xscale("log")
    figure.savefig(FOLDER / "size.png", dpi=120, bbox_inches="tight")
    plt.close(figure)


def _draw(name: str, title: str, across: str, lines: list[str], unit: str) -> None:
    points = kept(name)["points"]
    figure, axes = plt.subplots(figsize=(8, 4.5))
    for line in lines:
        axes.plot([point[across] for point in points], [point[line] for point in points], marker="o", label=line)
    axes.set_title(title)
    _finish(axes, across, unit)
    figure.savefig(FOLDER / f"{name}.png", dpi=120, bbox_inches="tight")
    plt.close(figure)


def _finish(axes: Axes, across: str, unit: str) -> None:
    axes.set_xlabel(across)
    axes.set_ylabel(unit)
    axes.set_xlim(left=0)
    axes.set_ylim(0, axes.dataLim.ymax * 1.1)
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
