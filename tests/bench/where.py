"""Where the time of a message goes: CPU milliseconds a message, by process.

`python -m tests.bench.where [--rate 40] [--seconds 10] [--model-seconds 2]`
"""

from __future__ import annotations

import argparse
import time

import psutil

from tests.bench.desk import WORKER_THREADS, Around, Desk, around, our_desk
from tests.bench.figures import percentile, report
from tests.bench.load import Run
from tests.bench.usage import busy_s, cpu_of, rss_mb


def measured(surroundings: Around, desk: Desk, rate: float, seconds: float) -> tuple[Run, dict[str, float]]:
    """The run, and the CPU seconds that it took by process and on the whole machine."""
    processes = {
        "gateway": desk.gateway,
        "worker": desk.worker,
        **surroundings.stack_processes(),
        "fake tgi": psutil.Process(surroundings.tgi.pid),
        "fake slack and load": psutil.Process(surroundings.load.process.pid),
    }
    before, busy = cpu_of(processes), busy_s()
    run = surroundings.load.at_rate(desk.events_url, rate, seconds)
    used = {name: seconds - before[name] for name, seconds in cpu_of(processes).items()}
    return run, used | {"anything else": busy_s() - busy - sum(used.values())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=40.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--model-seconds", type=float, default=2.0)
    parser.add_argument("--threads", type=int, default=WORKER_THREADS)
    options = parser.parse_args()
    with around(options.model_seconds) as surroundings, our_desk(surroundings, options.threads) as desk:
        started = time.monotonic()
        run, used = measured(surroundings, desk, options.rate, options.seconds)
        figures: dict[str, float | int | str] = {
            "messages/s": options.rate,
            "seconds until the last reply": time.monotonic() - started,
            "posted": run.count,
            "answered": run.answered,
            **{f"{name}, CPU ms/message": 1000 * seconds / run.count for name, seconds in used.items()},
            "all of it, CPU ms/message": 1000 * sum(used.values()) / run.count,
            "worker, MB": rss_mb(desk.worker),
            "gateway, MB": rss_mb(desk.gateway),
            "post to reply p50, ms": percentile(run.reply_s, 50) * 1000,
            "post to reply p99, ms": percentile(run.reply_s, 99) * 1000,
            "post to acknowledgement p99, ms": percentile(run.ack_s, 99) * 1000,
            "refused": run.refused,
            "notices": run.notices,
            "duplicates": run.duplicates,
            "most generations in flight": surroundings.tgi.in_flight()[1],
        }
    report("where", figures)


if __name__ == "__main__":
    main()
