"""`make bench`: every benchmark, one after the other, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys

BENCHES = ("bench_message", "bench_ingest")

for bench in BENCHES:
    subprocess.run([sys.executable, "-m", f"tests.bench.{bench}"], check=True)
