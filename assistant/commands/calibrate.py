"""`assistant calibrate`."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from assistant.commands.stack import served
from assistant.errors import CalibrationError
from assistant.json_lines import json_line

if TYPE_CHECKING:
    from assistant.calibration.calibrate import Calibrated


@click.command()
@click.option("--knowledge-set", metavar="NAME", help="Calibrate this set; by default the one that questions search.")
@click.option(
    "--questions",
    "questions_file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="JSON Lines with id, query, history and answerable.",
)
@click.option(
    "--generate",
    "count",
    default=60,
    show_default=True,
    type=click.IntRange(40, 2000),
    help="Without a file: have the model make so many questions from the set.",
)
@click.option("--out", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), help="Draw the curve there.")
@click.option("--dry-run", is_flag=True, help="Keep nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else on standard output.")
def calibrate(
    *,
    knowledge_set: str | None,
    questions_file: Path | None,
    count: int,
    out: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Fit how near is near enough to answer, for one knowledge set.

    By questions of which it is known whether the set answers them: those of a file, or questions that the model makes
    from the set, against those of other sets. Running workers follow within seconds.
    """
    from assistant.calibration.calibrate import Wanted
    from assistant.calibration.calibrate import calibrate as fit
    from assistant.evaluation.plots import check_plots

    if out is not None:
        check_plots()
    with served(needs_model=False, needs_queue=False) as settings:
        wanted = Wanted(knowledge_set or settings.knowledge_set, questions_file, count)
        done = fit(settings, wanted, keep=not dry_run, say=_say)
        is_overruled = "max_distance" in settings.model_fields_set
    if out is not None:
        _draw(done, out)
    if as_json:
        click.echo(json_line(done.as_json() | {"kept": not dry_run}))
        return
    _show(done)
    if is_overruled:
        click.echo("ASSISTANT_MAX_DISTANCE is set and goes before the calibration: unset it to use this")


def _say(fact: str) -> None:
    click.echo(f"assistant: {fact}", err=True)


def _draw(done: Calibrated, out: Path) -> None:
    from assistant.calibration.plot import drawn

    image = drawn(done.judged, {"default": done.default, "calibrated": done.fitted})
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "calibration.png").write_bytes(image)
    except OSError as exc:
        raise CalibrationError(f"{out} can't be written ({exc.strerror or exc}): name another --out") from exc


def _show(done: Calibrated) -> None:
    told = done.as_json()
    title = f"{done.knowledge_set}: {told['answerable']} questions with an answer, {told['unanswerable']} without"
    table = Table(title=title, caption="calibrated: each question judged by limits fitted on others")
    for column in ("", "asked", "precision", "recall", "F1", "overheard", "precision", "coverage", "AURC"):
        table.add_column(column, justify="left" if not column else "right")
    for name, near, values in (
        ("default", done.default, done.default_figures),
        ("calibrated", done.fitted, done.fitted_figures),
    ):
        precision, recall, f1, overheard_precision, coverage, aurc = map(_cell, astuple(values))
        asked, overheard = f"{near.asked:.3f}", f"{near.overheard:.3f}" if near.overheard >= 0 else "never"
        table.add_row(name, asked, precision, recall, f1, overheard, overheard_precision, coverage, aurc)
    Console().print(table)


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
