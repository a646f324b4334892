"""Replies a second with a model that takes its time: ours, a naive pipeline and a bare bot, under the same load.

`python -m tests.bench.bench_throughput [--seconds 30] [--customers 320] [--levels 16,64,128,256]`: the model takes 2 s
for a reply, whoever asks. Everything is on this machine, our one worker process among it.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from tests.bench.contenders import NAIVE_WORKERS, bare_bot, naive_pipeline
from tests.bench.desk import Around, Desk, around, our_desk
from tests.bench.figures import Figures, keep_series, percentile, report
from tests.bench.load import Run
from tests.bench.sampling import Sampler
from tests.bench.usage import rss_mb

MODEL_S = 2.0
WARM_S = 6.0
"""Everybody has come after two seconds, and has been answered once two seconds later."""
LEVEL_S = 8.0
NAIVE_CUSTOMERS = 4 * NAIVE_WORKERS
BARE_CUSTOMERS = 400  # with as many as ask us it would only wait for the model


@dataclass(frozen=True, slots=True)
class Measured:
    """A closed loop: what came of it, replies a second in its steady part, and how many generations ran at most."""

    run: Run
    replies_per_s: float
    most_in_flight: int


def closed_loop(surroundings: Around, events_url: str, customers: int, seconds: float) -> Measured:
    """Let so many people ask, each again when answered."""
    surroundings.tgi.in_flight()
    run = surroundings.load.closed_loop(events_url, customers, WARM_S + seconds)
    began = min(run.posted_at)
    steady = run.replies_per_s(began + WARM_S, began + WARM_S + seconds)
    return Measured(run, steady, surroundings.tgi.in_flight()[1])


def ours(surroundings: Around, customers: int, seconds: float, levels: list[int]) -> tuple[Figures, float]:
    """Our figures, and our replies a second; the memory at each level of generations in flight is kept for a plot."""
    with our_desk(surroundings) as desk:
        keep_series("memory", [_at_level(surroundings, desk, level) for level in levels])
        with Sampler(lambda: (rss_mb(desk.worker), rss_mb(desk.gateway)), 0.5) as memory:
            measured = closed_loop(surroundings, desk.events_url, customers, seconds)
    worker_mb, gateway_mb = zip(*(sample for _, sample in memory.samples), strict=True)
    figures: Figures = {
        "replies/s": measured.replies_per_s,
        "most generations in flight": measured.most_in_flight,
        "worker, MB": max(worker_mb),
        "gateway, MB": max(gateway_mb),
    }
    return figures | _of_run(measured.run, ""), measured.replies_per_s


def _at_level(surroundings: Around, desk: Desk, level: int) -> Figures:
    with Sampler(lambda: rss_mb(desk.worker), 0.5) as memory:
        measured = closed_loop(surroundings, desk.events_url, level, LEVEL_S)
    return {
        "conversations at once": level,
        "generations in flight": measured.most_in_flight,
        "worker, MB": max(mb for _, mb in memory.samples),
    }


def _of_run(run: Run, prefix: str) -> Figures:
    figures: Figures = {f"{prefix}post to reply p{p}, ms": percentile(run.reply_s, p) * 1000 for p in (50, 99)}
    figures |= {f"{prefix}post to acknowledgement p{p}, ms": percentile(run.ack_s, p) * 1000 for p in (50, 99, 100)}
    told = {"asked": run.count, "answered": run.answered, "refused": run.refused, "notices": run.notices}
    return figures | {f"{prefix}{name}": count for name, count in told.items()} | {f"{prefix}twice": run.duplicates}


def naive(surroundings: Around, seconds: float) -> tuple[Figures, float]:
    """The naive pipeline's figures: more people would only wait longer."""
    with naive_pipeline(surroundings) as contender:
        measured = closed_loop(surroundings, contender.events_url, NAIVE_CUSTOMERS, seconds)
        memory = sum(map(rss_mb, contender.processes))
    figures: Figures = {"naive, replies/s": measured.replies_per_s, "naive, MB": memory}
    return figures | _of_run(measured.run, "naive, "), measured.replies_per_s


def bare(surroundings: Around, seconds: float) -> tuple[Figures, float]:
    """The bare bot's figures."""
    with bare_bot(surroundings) as contender:
        measured = closed_loop(surroundings, contender.events_url, BARE_CUSTOMERS, seconds)
        memory = sum(map(rss_mb, contender.processes))
    figures: Figures = {"bare bot, replies/s": measured.replies_per_s, "bare bot, MB": memory}
    return figures | _of_run(measured.run, "bare bot, "), measured.replies_per_s


def main() -> None:
    """Measure all three, and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0, help="of the steady part")
    parser.add_argument("--customers", type=int, default=256)
    parser.add_argument("--levels", default="16,64,128,256")
    options = parser.parse_args()
    levels = [int(level) for level in options.levels.split(",")]
    with around(MODEL_S) as surroundings:
        our_figures, our_rate = ours(surroundings, options.customers, options.seconds, levels)
        bare_figures, bare_rate = bare(surroundings, options.seconds)
        naive_figures, naive_rate = naive(surroundings, options.seconds)
    ratios: Figures = {"ours / naive": our_rate / naive_rate, "ours / bare bot": our_rate / bare_rate}
    report("throughput", our_figures | naive_figures | bare_figures | ratios)


if __name__ == "__main__":
    main()
