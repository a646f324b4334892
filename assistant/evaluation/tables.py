"""The figures as tables on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from assistant.evaluation.figures import FIGURES, shown
from assistant.evaluation.outcome import Outcome


def told_figures(outcome: Outcome) -> list[str]:
    """The figures that can be told of any variant."""
    return [name for name in FIGURES if any(each.figures.get(name) is not None for each in outcome.variants)]


def print_outcome(outcome: Outcome, console: Console) -> None:
    """A table with a column a variant, what failed, and the requirements."""
    table = Table("figure", title=Text(_title(outcome)))
    for variant in outcome.variants:
        table.add_column(Text(variant.name), justify="right")
    for name in told_figures(outcome):
        table.add_row(name, *(shown(name, variant.figures[name]) for variant in outcome.variants))
    console.print(table)
    for variant in outcome.variants:
        for error, count in variant.errors.items():
            console.print(Text(f"{variant.name}: {count} failed: {error}"))
    for verdict in outcome.verdicts:
        console.print(Text(f"{'met    ' if verdict.is_met else 'NOT MET'} {verdict}"))


def _title(outcome: Outcome) -> str:
    asked = f"{outcome.questions:,} questions"
    if outcome.questions < outcome.all_questions:
        asked = f"a random sample of {outcome.questions:,} of {outcome.all_questions:,} questions"
    return f"{outcome.folder}: {outcome.mode}, {asked}"
