"""Draws the precision-recall curve of a calibration."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.calibration.fit import Judged
from assistant.embedding.distances import NearDistances
from assistant.evaluation.curves import average_precision, refusal_curve, refusals

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DPI = 110


def drawn(judged: Sequence[Judged], limits: dict[str, NearDistances]) -> bytes:
    """A PNG of precision and recall of refusing, with a dot where each of the named limits puts it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 4.5))  # not by pyplot, whose figures are the process's
    canvas = FigureCanvasAgg(figure)
    _draw(figure.add_subplot(), judged, limits)
    file = io.BytesIO()
    canvas.print_png(file, pil_kwargs={"dpi": (_DPI, _DPI)})  # type: ignore[no-untyped-call]
    return file.getvalue()


def _draw(axes: Axes, judged: Sequence[Judged], limits: dict[str, NearDistances]) -> None:
    to_refuse = [not each.answerable for each in judged]
    points = refusal_curve([each.distance for each in judged], to_refuse)
    area = average_precision(points) or 0.0
    axes.step([p.recall for p in points], [p.precision for p in points], where="post", label=f"area {area:.3f}")
    for name, near in limits.items():
        done = refusals([not each.distance <= near.asked for each in judged], to_refuse)
        if done.precision is not None and done.recall is not None:
            axes.plot([done.recall], [done.precision], "o", label=f"{name}: {near.asked:.3f}")
    axes.set(
        title="Refusing what the knowledge set doesn't answer",
        xlabel="recall",
        ylabel="precision",
        xlim=(0, 1.02),
        ylim=(0, 1.02),
    )
    axes.grid(visible=True, alpha=0.3)
    axes.legend(loc="best", fontsize="small")
