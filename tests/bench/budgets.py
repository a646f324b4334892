"""The budgets, and how the benchmarks' figures stand to them."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.figures import keep, kept, machine

_WITHIN: dict[str, Callable[[float, float], bool]] = {"≤": operator.le, "<": operator.lt, "≥": operator.ge}


@dataclass(frozen=True, slots=True)
class Budget:
    """`figure` of build/bench/`bench`.json must be within `limit`, in the unit that `what` names."""

    what: str
    bench: str
    figure: str
    sign: str
    limit: float

    def is_met(self, measured: float) -> bool:
        return _WITHIN[self.sign](measured, self.limit)


BUDGETS = (
    Budget("own time for one message at 20/s, p50, ms", "message", "own time p50, ms", "≤", 15),
    Budget("own time for one message at 20/s, p99, ms", "message", "own time p99, ms", "≤", 60),
    Budget("first token to first visible words, p99, ms", "preview", "first token to first words p99, ms", "≤", 1000),
    Budget("throughput, model of 2 s a reply, replies/s", "throughput", "replies/s", "≥", 60),
    Budget("throughput / that of a bare Bolt bot (the aim)", "throughput", "ours / bare bot", "≥", 1),
    Budget("generations in flight", "throughput", "most generations in flight", "≥", 200),
    Budget("memory of the worker, MB", "throughput", "worker, MB", "≤", 1500),
    Budget("acknowledgement at 200/s, p99, ms", "message", "overload, acknowledgement p99, ms", "≤", 300),
    Budget("acknowledgement at 200/s, max, ms", "message", "overload, acknowledgement max, ms", "<", 3000),
    Budget("ingest, share of the time in the model", "ingest", "share in the model, first", "≥", 0.85),
)


def show_budgets() -> None:
    """Print what is within its budget and what is not, and keep it as build/bench/budgets.json."""
    rows = [_row(budget) for budget in BUDGETS]
    table = Table("what", "budget", "measured", "met", title="budgets", caption=_told(machine()))
    for row in rows:
        measured, met = row["measured"], row["met"]
        shown = "not measured" if measured is None else f"{measured:.2f}"
        table.add_row(row["what"], row["budget"], shown, {True: "yes", False: "NO", None: ""}[met])
    Console().print(table)
    keep("budgets", {"budgets": rows, "machine": machine()})


def _row(budget: Budget) -> dict[str, Any]:
    try:
        measured: float | None = float(kept(budget.bench)[budget.figure])
    except (FileNotFoundError, KeyError):
        measured = None
    met = None if measured is None else budget.is_met(measured)
    return {"what": budget.what, "budget": f"{budget.sign} {budget.limit:g}", "measured": measured, "met": met}


def _told(facts: dict[str, Any]) -> str:
    return ", ".join(f"{name}: {fact}" for name, fact in facts.items())
