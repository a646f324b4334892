"""How well is refused what a set does not answer: by the plain distance of the nearest passage, and by the gate.

`python -m tests.bench.bench_refusal [--kept] [--write-docs]`: asks every set of the shared data its questions, fits the
limits as `assistant calibrate` does on one half of them, and measures on the other half, both ways round. "elsewhere":
the limits were fitted on the other sets' questions together, none of its own. `--kept`: see tests/bench/evidence.py.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path

from assistant.calibration.figures import CalibrationFigures, figures
from assistant.calibration.fit import Judged, fitted
from assistant.embedding.distances import NearDistances
from assistant.gate import FARTHEST, judge
from assistant.retrieve import Retrieval
from tests.bench.evidence import Asked, gathered
from tests.bench.figures import keep
from tests.bench.pages import write_table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "retrieval.md"
COLUMNS = ("set", "with / without an answer", "by", "fitted on", "precision", "recall", "F1", "overheard precision",
           "overheard coverage", "AURC")  # fmt: skip
MOST_OF_A_SET = 300
"""Questions of either kind that a set gives to the fit for another."""


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of a set by one distance, with limits from one place."""

    title: str
    counts: tuple[int, int]
    way: str
    fitted_on: str
    figures: CalibrationFigures

    @property
    def cells(self) -> tuple[str, ...]:
        values = ("–" if value is None else f"{value:.3f}" for value in astuple(self.figures))
        return self.title, f"{self.counts[0]} / {self.counts[1]}", self.way, self.fitted_on, *values


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kept", action="store_true", help="use what was found the last time")
    parser.add_argument("--write-docs", action="store_true", help="put the table into docs/retrieval.md")
    options = parser.parse_args()
    asked = gathered(kept=options.kept)
    rows = [row for name in asked for way, distance in WAYS.items() for row in _rows(name, way, distance, asked)]
    for row in rows:
        print(*row.cells, sep=" | ")
    keep("refusal", {"columns": COLUMNS, "rows": [row.cells for row in rows]})
    if options.write_docs:
        write_table(PAGE, "refusals", f"Measured {datetime.now(UTC):%Y-%m-%d}.", COLUMNS, [row.cells for row in rows])


def _plain(found: Retrieval) -> float:
    """Of the nearest passage by any of the searches, as a system does that looks at nothing else."""
    return min((chunk.distance for chunk in (*found.alone, *found.in_context)), default=FARTHEST)


def _by_gate(found: Retrieval) -> float:
    distance = judge(found, FARTHEST).distance
    return FARTHEST if distance is None else distance


Distance = Callable[[Retrieval], float]
WAYS: dict[str, Distance] = {"plain distance": _plain, "gate": _by_gate}


def _rows(name: str, way: str, distance: Distance, asked: dict[str, list[Asked]]) -> list[Row]:
    judged = _judged(asked[name], distance)
    counts = sum(each.answerable for each in judged), sum(not each.answerable for each in judged)
    others = [each for other in asked if other != name for each in _some(_judged(asked[other], distance))]
    elsewhere: Sequence[NearDistances] = [fitted(others)] * len(judged)
    return [
        Row(name, counts, way, "its other half", figures(judged, _of_other_half(judged))),
        Row(name, counts, way, "elsewhere", figures(judged, elsewhere)),
    ]


def _judged(asked: Sequence[Asked], distance: Distance) -> list[Judged]:
    """In random order, so that its halves are alike."""
    judged = [Judged(distance(each.found), each.answerable) for each in asked]
    random.Random(0).shuffle(judged)
    return judged


def _of_other_half(judged: Sequence[Judged]) -> list[NearDistances]:
    half = len(judged) // 2
    return [fitted(judged[half:])] * half + [fitted(judged[:half])] * (len(judged) - half)


def _some(judged: Sequence[Judged]) -> list[Judged]:
    kinds = ([each for each in judged if each.answerable is kind][:MOST_OF_A_SET] for kind in (True, False))
    return [each for kind in kinds for each in kind]


if __name__ == "__main__":
    main()
