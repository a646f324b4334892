"""Does it stay as it is? `python -m tests.bench.soak [--minutes 30] [--rate 20]`.

Real gateway and worker processes under a steady load. Exit code 1 when memory or connections grow, or when a message
got no answer or two.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing

import psutil
import psycopg
import redis

from tests.bench.desk import Around, Desk, around, our_desk
from tests.bench.figures import Figures, keep, machine, report
from tests.bench.load import Run
from tests.bench.plots import soak_over_time
from tests.bench.sampling import Sampler
from tests.bench.trends import last_two_thirds, slope_from
from tests.bench.usage import rss_mb

MODEL_S = 2.0
MAX_MB_PER_MINUTE = 1.0
SAMPLE_S = 10.0
CONNECTIONS = ("postgres connections, open", "redis connections, open")
FILES = ("worker files, open", "gateway files, open")
MEMORY = ("worker, MB", "gateway, MB")
_CLIENTS = """
select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()
"""


class Probe:
    """Looks at the desk's memory, files and connections; its own connections are not counted."""

    def __init__(self, surroundings: Around, desk: Desk) -> None:
        self._urls = surroundings.urls
        self._desk = desk

    def __call__(self) -> Figures:
        return {
            "worker, MB": rss_mb(self._desk.worker),
            "gateway, MB": rss_mb(self._desk.gateway),
            "postgres connections, open": self._postgres_connections(),
            "redis connections, open": self._redis_connections(),
            "worker files, open": _files(self._desk.worker),
            "gateway files, open": _files(self._desk.gateway),
        }

    def _postgres_connections(self) -> int:
        query = (
            "select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"
        )
        with psycopg.connect(self._urls.database_url) as connection:
            row = connection.execute(query).fetchone()
        return int(row[0]) if row else 0

    def _redis_connections(self) -> int:
        with closing(redis.Redis.from_url(self._urls.redis_url)) as client:
            return len(client.client_list()) - 1


def _files(process: psutil.Process) -> int:
    return int(process.num_fds())


def series(samples: Sequence[Figures], name: str) -> tuple[list[float], list[float]]:
    """The minutes, and the values at them."""
    return [float(sample["minute"]) for sample in samples], [float(sample[name]) for sample in samples]


def complaints(samples: Sequence[Figures], run: Run) -> list[str]:
    """What is not as it should be."""
    found = [complaint for name in MEMORY if (complaint := _of_memory(samples, name))]
    found += [complaint for name in (*CONNECTIONS, *FILES) if (complaint := _of_connections(samples, name))]
    told = {"unanswered": run.count - run.answered, "answered twice": run.duplicates, "not acknowledged": run.refused}
    return found + [f"{what}: {count} of {run.count}" for what, count in told.items() if count]


def _of_memory(samples: Sequence[Figures], name: str) -> str:
    minutes, values = series(samples, name)
    slope = slope_from(minutes[-1] / 3, minutes, values)
    return f"{name}: {slope:+.2f} a minute in the last two thirds" if slope > MAX_MB_PER_MINUTE else ""


def _of_connections(samples: Sequence[Figures], name: str) -> str:
    """By thirds: they follow the load up and down, by one or two or a twentieth."""
    before, after = last_two_thirds(*series(samples, name))
    grew = after > before + max(2.0, before * 0.05)
    return f"{name}: {before:.1f} on average in the second third, {after:.1f} in the last" if grew else ""


def soak(rate: float, minutes: float) -> tuple[Run, list[Figures]]:
    """The run, and what was seen beside it while the load lasted."""
    with around(MODEL_S) as surroundings, our_desk(surroundings) as desk:
        every_s = min(SAMPLE_S, minutes * 60 / 30)
        with Sampler(Probe(surroundings, desk), every_s) as probe:
            run = surroundings.load.at_rate(desk.events_url, rate, minutes * 60)
    began = min(run.posted_at)
    samples: list[Figures] = [{"minute": (at - began) / 60, **sample} for at, sample in probe.samples]
    return run, [sample for sample in samples if float(sample["minute"]) <= minutes]


def main() -> None:
    """Soak, report, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--rate", type=float, default=20.0, help="messages/s")
    options = parser.parse_args()
    run, samples = soak(options.rate, options.minutes)
    found = complaints(samples, run)
    names = (*MEMORY, *CONNECTIONS, *FILES)
    figures: Figures = {"minutes": options.minutes, "messages/s": options.rate, "posted": run.count}
    figures |= {"answered": run.answered, "answered twice": run.duplicates, "not acknowledged": run.refused}
    for name in names:
        minutes, values = series(samples, name)
        figures[f"{name}, at the end"] = values[-1]
        figures[f"{name}, slope a minute in the second half"] = slope_from(minutes[-1] / 2, minutes, values)
    report("soak", figures)
    keep("soak", {"figures": figures, "complaints": found, "samples": samples, "machine": machine()})
    soak_over_time()
    for complaint in found:
        print(f"soak: {complaint}", file=sys.stderr)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
