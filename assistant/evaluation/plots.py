"""The plots of an evaluation as PNG: similarities, precision and recall of refusing, risk against coverage."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from assistant.errors import ConfigurationError
from assistant.evaluation.outcome import Outcome, VariantOutcome

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIMILARITIES, PRECISION_RECALL, RISK_COVERAGE = "similarities", "precision-recall", "risk-coverage"
_DPI = 110
_SIZE = (7.0, 4.5)
_MAX_NAME_CHARS = 28


def check_plots() -> None:
    """Raises ConfigurationError where nothing can be drawn."""
    if find_spec("matplotlib") is None:
        raise ConfigurationError("--out draws plots, and matplotlib is missing: pip install 'llamadesk[eval]'")


def plots(outcome: Outcome) -> dict[str, bytes]:
    """The PNG of each plot, by its name; one that has nothing to show says so."""
    drawn = {SIMILARITIES: _similarities, PRECISION_RECALL: _precision_recall, RISK_COVERAGE: _risk_coverage}
    return {name: _png(lambda axes, draw=draw: draw(axes, outcome.variants)) for name, draw in drawn.items()}  # type: ignore[misc]


def _png(draw: Callable[[Axes], None]) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # Not by pyplot, whose figures are the process's.
    figure = Figure(figsize=_SIZE)
    FigureCanvasAgg(figure)  # draws without a screen
    draw(figure.add_subplot())
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=_DPI)
    return file.getvalue()


def _similarities(axes: Axes, variants: Sequence[VariantOutcome]) -> None:
    """Of answers to reference answers; without answers those of questions to the nearest passage."""
    boxes = _answer_boxes(variants) or _passage_boxes(variants)
    axes.set_title(
        "Similarity of answers to reference answers"
        if _answer_boxes(variants)
        else "Similarity of the nearest passage to the question"
    )
    axes.set_ylabel("cosine")
    if not boxes:
        _say_nothing(axes, "No answer has a reference answer, and nothing was found.")
        return
    axes.boxplot([values for _, values in boxes], showmeans=True)
    axes.set_xticks(range(1, len(boxes) + 1), [f"{name}\n({len(values)})" for name, values in boxes])
    axes.grid(visible=True, axis="y", alpha=0.3)


def _answer_boxes(variants: Sequence[VariantOutcome]) -> list[tuple[str, list[float]]]:
    boxes = [
        (_name(each), [result.similarity for result in each.results if result.similarity is not None])
        for each in variants
    ]
    return [(name, values) for name, values in boxes if values]


def _passage_boxes(variants: Sequence[VariantOutcome]) -> list[tuple[str, list[float]]]:
    boxes = []
    for each in variants:
        for is_answerable, kind in ((True, "answerable"), (False, "to be refused")):
            values = [
                1 - result.distance
                for result in each.results
                if result.distance is not None and result.answerable is is_answerable
            ]
            boxes.append((f"{_name(each)}: {kind}" if len(variants) > 1 else kind, values))
    return [(name, values) for name, values in boxes if values]


def _precision_recall(axes: Axes, variants: Sequence[VariantOutcome]) -> None:
    axes.set_title("Refusing what the documents don't answer")
    axes.set_xlabel("recall")
    axes.set_ylabel("precision")
    if not any(each.refusal_points for each in variants):
        _say_nothing(axes, "None of the questions is to be refused.")
        return
    for each in variants:
        points = each.refusal_points
        if not points:
            continue
        label = f"{_name(each)} (area {each.figures['refusal_auc'] or 0.0:.3f})"
        [line] = axes.step([p.recall for p in points], [p.precision for p in points], where="post", label=label)
        precision, recall = each.figures["refusal_precision"], each.figures["refusal_recall"]
        if precision is not None and recall is not None:
            axes.plot([recall], [precision], "o", color=line.get_color(), label="as it was decided")
    _finish(axes)


def _risk_coverage(axes: Axes, variants: Sequence[VariantOutcome]) -> None:
    axes.set_title("Wrong answers against answered questions")
    axes.set_xlabel("coverage: share of the questions that are answered, the nearest first")
    axes.set_ylabel("risk: share of wrong ones")
    if not any(each.risk_points for each in variants):
        _say_nothing(axes, "Nothing was searched.")
        return
    for each in variants:
        points = each.risk_points
        if points:
            label = f"{_name(each)} (area {each.figures['aurc'] or 0.0:.3f})"
            axes.plot([p.coverage for p in points], [p.risk for p in points], label=label)
    _finish(axes)


def _finish(axes: Axes) -> None:
    axes.set_xlim(0, 1.02)
    axes.set_ylim(0, 1.02)
    axes.grid(visible=True, alpha=0.3)
    axes.legend(loc="best", fontsize="small")


def _say_nothing(axes: Axes, why: str) -> None:
    axes.text(0.5, 0.5, why, ha="center", va="center", transform=axes.transAxes)
    axes.set_xticks([])
    axes.set_yticks([])


def _name(variant: VariantOutcome) -> str:
    """A dollar sign would begin a formula."""
    return variant.name[:_MAX_NAME_CHARS].replace("$", r"\$")
