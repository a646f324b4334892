"""`make bench`: every benchmark, one after the other, each in a process of its own; then the budgets and the plots."""

from __future__ import annotations

import argparse
import subprocess
import sys

from tests.bench.budgets import show_budgets
from tests.bench.figures import FOLDER
from tests.bench.plots import latency_against_load, memory_against_conversations

BENCHES = ("bench_message", "bench_preview", "bench_throughput", "bench_ingest")
# The same path with loads that any machine bears, to see that all of it works: the figures mean nothing.
BRIEFLY = {
    "bench_message": ["--rates", "5,20", "--seconds", "2", "--overload", "30"],
    "bench_throughput": ["--seconds", "4", "--customers", "12", "--levels", "2,4"],
    "bench_preview": ["--rate", "1", "--seconds", "2"],
    "bench_ingest": ["--documents", "5", "--queries", "10"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--briefly", action="store_true", help="see whether it works; the figures mean nothing")
    briefly = parser.parse_args().briefly
    for stale in FOLDER.glob("*.json"):  # so that no figure of another run is taken for this one's
        if stale.stem in {"message", "preview", "throughput", "ingest", "latency", "memory", "budgets"}:
            stale.unlink()
    for bench in BENCHES:
        options = BRIEFLY[bench] if briefly else []
        subprocess.run([sys.executable, "-m", f"tests.bench.{bench}", *options], check=True)
    latency_against_load()
    memory_against_conversations()
    show_budgets()


if __name__ == "__main__":
    main()
