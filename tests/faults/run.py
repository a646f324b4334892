"""A run: people write, things go wrong one after the other, and in the end the whole history is checked."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from tests.faults.checker import Verdict, check
from tests.faults.desk import PRODUCT, Desk, running_desk
from tests.faults.faults import Fault, Kill
from tests.faults.load import Load
from tests.faults.platforms import Platform
from tests.faults.record import write_record

MAX_RECOVERY_S = 20.0
GIVE_UP_S = 90.0
"""A recovery that takes longer is counted as that long, and the run goes on."""
SETTLE_S = 3.0
"""After the last reply: a doubled one must have the time to appear."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """How long after a fault all that had been asked before had its reply; `waiting` is how many that were."""

    fault: str
    seconds: float
    waiting: int


@dataclass(slots=True)
class Outcome:
    """What a run came to."""

    max_recovery_s: float = MAX_RECOVERY_S
    messages: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    recoveries: list[Recovery] = field(default_factory=list)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    slowest_starts_s: dict[str, float] = field(default_factory=dict)

    @property
    def slowest_recovery_s(self) -> float:
        return max((recovery.seconds for recovery in self.recoveries), default=0.0)

    @property
    def is_good(self) -> bool:
        return self.slowest_recovery_s <= self.max_recovery_s and all(
            verdict.is_good for verdict in self.verdicts.values()
        )

    def summary(self) -> dict[str, object]:
        """The figures for the last line."""
        kinds = ("lost", "duplicated", "out_of_order", "misplaced", "truncated", "unfit", "leftovers")
        counts = {kind: sum(len(getattr(verdict, kind)) for verdict in self.verdicts.values()) for kind in kinds}
        return {
            "messages": self.messages,
            "kills": sum(self.kills.values()),
            **counts,
            "slowest_recovery_s": round(self.slowest_recovery_s, 1),
            "kills_by_kind": dict(self.kills),
            "slowest_starts_s": self.slowest_starts_s,
        }


Progress = Callable[[str, Outcome, Load], None]


@dataclass(frozen=True, slots=True)
class Series:
    """What goes wrong, one after the other, at moments that the seed decides; `progress` hears of each. No fault may
    take longer than `max_recovery_s` until everybody has an answer again."""

    faults: Sequence[Fault]
    seed: int
    progress: Progress
    max_recovery_s: float = MAX_RECOVERY_S


class Run:
    """One load and one series of faults on a desk that runs."""

    def __init__(self, desk: Desk, load: Load, series: Series) -> None:
        self._desk = desk
        self._load = load
        self._faults = series.faults
        self._random = random.Random(series.seed)
        self._progress = series.progress
        self.outcome = Outcome(series.max_recovery_s)
        self.events: list[tuple[float, str]] = []

    async def go(self) -> Outcome:
        """Give what came of it, once everything is answered or given up."""
        writing = asyncio.create_task(self._load.run())
        try:
            if self._faults:
                await self._quiet_begin()
            for number, fault in enumerate(self._faults, start=1):
                self._load.allow(self._load.total * number // (len(self._faults) + 1))
                await self._desk.until_ready()
                await self._moment()
                await self._suffer(fault)
            self._load.allow(self._load.total)
            await writing
        finally:
            writing.cancel()
        await self._all_answered(set(self._load.posted_at))
        await asyncio.sleep(SETTLE_S)
        self._judge()
        return self.outcome

    async def _quiet_begin(self) -> None:
        self._load.allow(self._load.quiet)
        while self._load.posted < self._load.quiet:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await self._all_answered(set(self._load.posted_at))

    async def _moment(self) -> None:
        """Let pass a random time, and then until somebody waits: a fault in the night proves nothing."""
        await asyncio.sleep(self._random.uniform(0.0, 1.0))
        for _ in range(100):
            if self._load.unanswered():
                break
            await asyncio.sleep(0.02)

    async def _suffer(self, fault: Fault) -> None:
        self._progress(fault.name, self.outcome, self._load)
        self._note(f"{fault.name} begins")
        waiting = len(self._load.unanswered())
        await fault.happen(self._desk)
        self._note(f"{fault.name} is over")
        asked = set(self._load.posted_at)
        seconds = await self._all_answered(asked)
        self._note(f"all is answered after {fault.name}")
        self.outcome.recoveries.append(Recovery(fault.name, seconds, waiting))
        if isinstance(fault, Kill):
            self.outcome.kills.update(fault.victims)

    def _note(self, what: str) -> None:
        self.events.append((time.monotonic(), what))

    async def _all_answered(self, asked: set[str]) -> float:
        """Seconds until all of them have their reply, GIVE_UP_S at most."""
        begun = time.monotonic()
        while self._load.unanswered() & asked and time.monotonic() - begun < GIVE_UP_S:  # noqa: ASYNC110
            await asyncio.sleep(0.1)  # other processes set no event
        return time.monotonic() - begun

    def _judge(self) -> None:
        rows = self._desk.rows()
        product = (self._desk.gateway, self._desk.worker)
        self.outcome.slowest_starts_s = {process.name: round(process.slowest_start_s, 1) for process in product}
        self.outcome.messages = self._load.posted
        for platform in self._desk.platforms:
            asked = [
                question
                for conversation in self._load.conversations
                if conversation.platform is platform
                for question in conversation.asked
            ]
            self.outcome.verdicts[platform.name] = check(asked, platform.shown(), rows)


async def run(
    platforms: Sequence[Platform], load: Load, series: Series, modules: Mapping[str, Sequence[str]] = PRODUCT
) -> Outcome:
    """Set up a desk on these platforms, and give what came of the run."""
    async with AsyncExitStack() as stack:
        for platform in platforms:
            await stack.enter_async_context(platform)
        desk = await stack.enter_async_context(running_desk(platforms, series.seed, modules))
        series_run = Run(desk, load, series)
        outcome = await series_run.go()
        if not outcome.is_good:
            desk.keep_logs = True
            write_record(desk.folder, load, platforms, series_run.events)
        return outcome
