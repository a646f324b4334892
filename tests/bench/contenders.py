"""Starts what ours is measured against, in the same surroundings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import psutil

from tests.bench.desk import Around, environment
from tests.bench.processes import first_line, printing

NAIVE_WORKERS = 4


@dataclass(frozen=True, slots=True)
class Contender:
    """Its processes, and where it takes events."""

    processes: tuple[psutil.Process, ...]
    events_url: str


@contextmanager
def bare_bot(surroundings: Around) -> Iterator[Contender]:
    """Bolt and the model server, nothing else."""
    with printing("-m", "tests.bench.bare_bot", environment=environment(surroundings)) as process:
        contender = Contender((psutil.Process(process.pid),), first_line(process))
        surroundings.load.closed_loop(contender.events_url, customers=2, seconds=1.0)
        yield contender


@contextmanager
def naive_pipeline(surroundings: Around, workers: int = NAIVE_WORKERS) -> Iterator[Contender]:
    """Bolt, RQ's stock workers and a connection a call."""
    settings = environment(surroundings)
    with ExitStack() as stack:
        bot = stack.enter_context(printing("-m", "tests.bench.naive", "bot", environment=settings))
        events_url = first_line(bot)
        command = ("-m", "tests.bench.naive", "worker")
        started = [stack.enter_context(printing(*command, environment=settings)) for _ in range(workers)]
        for process in started:
            first_line(process)
        contender = Contender(tuple(psutil.Process(process.pid) for process in (bot, *started)), events_url)
        surroundings.load.closed_loop(events_url, customers=workers, seconds=1.0)
        yield contender
