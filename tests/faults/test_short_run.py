"""The short form of `make faults`: real processes are killed while people write, and everybody has one reply."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.faults.__main__ import platforms_of
from tests.faults.crashing import GATEWAY_POINTS, WORKER_POINTS
from tests.faults.faults import scheduled
from tests.faults.load import Load
from tests.faults.plans import SHORT_KILLS, short_plan
from tests.faults.run import Outcome, Series, run

SEED = 11
MESSAGES = 50
CRASH_MESSAGES = 24
RATE = 5.0
PATIENCE_S = 120.0


@pytest.mark.xdist_group("faults")
@pytest.mark.timeout(300)
async def test_everybody_has_one_reply_whatever_is_killed() -> None:
    """On Slack and on Discord nothing is lost, doubled, misplaced, out of order or cut off. How long that takes is told
    by `make faults`: beside other tests the machine is not to be relied upon."""
    platforms = platforms_of("both", SEED)
    series = Series(scheduled(short_plan(SHORT_KILLS), SEED), SEED, _no_progress, max_recovery_s=PATIENCE_S)
    outcome = await run(platforms, Load(platforms, MESSAGES, RATE, SEED), series)
    assert outcome.is_good, outcome.summary() | {"recoveries": outcome.recoveries}
    assert (outcome.messages, dict(outcome.kills)) == (MESSAGES, SHORT_KILLS)


@pytest.mark.xdist_group("faults")
@pytest.mark.timeout(300)
async def test_everybody_has_one_reply_wherever_the_product_crashes(tmp_path: Path) -> None:
    """Gateway and worker are gone between any two steps: before the lease, after the model, around the send."""
    points = {"worker": WORKER_POINTS, "gateway": GATEWAY_POINTS}
    modules = {name: _crashing(name, where, tmp_path) for name, where in points.items()}
    platforms = platforms_of("both", SEED)
    series = Series((), SEED, _no_progress, max_recovery_s=PATIENCE_S)
    outcome = await run(platforms, Load(platforms, CRASH_MESSAGES, RATE, SEED), series, modules)
    assert set(os.listdir(tmp_path)) == {*WORKER_POINTS, *GATEWAY_POINTS}  # noqa: PTH208 (not blocking for long)
    assert outcome.is_good, outcome.summary()


def _crashing(process: str, points: Sequence[str], marks: Path) -> list[str]:
    """What runs the process: it dies when it passes the first point, then, started again, the next one…"""
    return ["tests.faults.crashing", process, *(f"--at={point}:1" for point in points), f"--marks={marks}"]


def _no_progress(event: str, outcome: Outcome, load: Load) -> None:
    """The assertion tells all."""
