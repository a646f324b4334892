"""What is done to the desk. Each fault returns when it is over: from then on the recovery is counted."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
from dataclasses import dataclass
from typing import Protocol

from tests.faults.desk import PRODUCT, READY_S, Desk
from tests.faults.lines import LineTrouble
from tests.faults.model import TROUBLES

TROUBLE_S = 40.0
"""Three attempts that each run into the answer's time-out, and the pauses between them."""


class Fault(Protocol):
    """One thing that goes wrong."""

    @property
    def name(self) -> str: ...

    async def happen(self, desk: Desk) -> None: ...


@dataclass(frozen=True, slots=True)
class Kill:
    """SIGKILL of the processes named, all at the same moment; each is started again at once."""

    victims: tuple[str, ...]

    @property
    def name(self) -> str:
        return "kill " + " and ".join(self.victims)

    async def happen(self, desk: Desk) -> None:
        await asyncio.gather(*(desk.processes[victim].kill() for victim in self.victims))


@dataclass(frozen=True, slots=True)
class EmptyRedis:
    """FLUSHALL: every wake-up is gone."""

    name: str = "FLUSHALL"

    async def happen(self, desk: Desk) -> None:
        await asyncio.to_thread(desk.redis.empty)


@dataclass(frozen=True, slots=True)
class Freeze:
    """SIGSTOP of a process for some seconds, then SIGCONT: it wakes up believing that no time has passed.

    With `stand_in` a second process of its kind takes over meanwhile, and both run on for a moment afterwards.
    """

    victim: str
    seconds: float
    stand_in: bool = False

    @property
    def name(self) -> str:
        return f"freeze {self.victim}{' beside another' if self.stand_in else ''}"

    async def happen(self, desk: Desk) -> None:
        if not self.stand_in:
            await self._freeze(desk)
            return
        other = desk.program(f"{self.victim}-2", PRODUCT[self.victim])
        await other.start()
        try:
            await other.until_ready(READY_S)
            await self._freeze(desk)
        finally:
            await other.stop()

    async def _freeze(self, desk: Desk) -> None:
        process = desk.processes[self.victim]
        process.signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            process.signal(signal.SIGCONT)


@dataclass(frozen=True, slots=True)
class ModelTrouble:
    """The model server misbehaves for the next few generations, each in its own way."""

    kinds: tuple[str, ...]

    @property
    def name(self) -> str:
        return "model: " + ", ".join(self.kinds)

    async def happen(self, desk: Desk) -> None:
        desk.model.misbehave(*(TROUBLES[kind] for kind in self.kinds))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TROUBLE_S):
                while desk.model.troubles > 0:  # noqa: ASYNC110 (the model has a loop of its own)
                    await asyncio.sleep(0.05)
        desk.model.behave()


@dataclass(frozen=True, slots=True)
class DropConnections:
    """The platforms break every connection; Discord may forget its sessions with them."""

    name: str = "drop connections"

    async def happen(self, desk: Desk) -> None:
        for platform in desk.platforms:
            platform.drop()


@dataclass(frozen=True, slots=True)
class BadLine:
    """Trouble on the way to Postgres, Redis or the model server."""

    trouble: LineTrouble

    @property
    def name(self) -> str:
        return self.trouble.name

    async def happen(self, desk: Desk) -> None:
        await self.trouble.spoil(desk.lines)


@dataclass(frozen=True, slots=True)
class Plan:
    """How many of which kills, and what else; a freeze and a bad line last as long as is said."""

    kills: dict[str, int]
    freezes: tuple[Freeze, ...] = ()
    flushes: int = 0
    drops: int = 0
    model_troubles: int = 0
    bad_lines: tuple[LineTrouble, ...] = ()


def scheduled(plan: Plan, seed: int) -> list[Fault]:
    """All faults of a plan in a random order."""
    chosen = random.Random(seed)
    faults: list[Fault] = [Kill((victim,)) for victim, count in plan.kills.items() for _ in range(count)]
    faults += [*plan.freezes, *(BadLine(trouble) for trouble in plan.bad_lines)]
    faults += [EmptyRedis()] * plan.flushes + [DropConnections()] * plan.drops
    kinds = list(TROUBLES)
    faults += [ModelTrouble(tuple(chosen.sample(kinds, 3))) for _ in range(plan.model_troubles)]
    chosen.shuffle(faults)
    return faults
