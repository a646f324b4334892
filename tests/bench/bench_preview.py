"""How long people look at nothing: from the model's first token to the first words that are visible in Slack.

`python -m tests.bench.bench_preview [--rate 2] [--seconds 20]`: real gateway and worker processes, Slack's SDK over
real sockets, a model that takes 2 s for a reply of 50 tokens.
"""

from __future__ import annotations

import argparse

from tests.bench.desk import around, our_desk
from tests.bench.figures import Figures, percentile, report

MODEL_S = 2.0


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=2.0, help="messages/s")
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    with around(MODEL_S) as surroundings, our_desk(surroundings) as desk:
        run = surroundings.load.at_rate(desk.events_url, options.rate, options.seconds)
        began = surroundings.tgi.first_tokens()
    rows = list(zip(run.tickets, run.first_seen_at, run.visible_at, strict=True))
    first_s = [seen - began[ticket] for ticket, seen, _ in rows if seen]
    whole_s = [whole - began[ticket] for ticket, _, whole in rows if whole]
    figures: Figures = {
        "messages/s": options.rate,
        "posted": run.count,
        "answered": run.answered,
        "first token to first words p50, ms": percentile(first_s, 50) * 1000,
        "first token to first words p99, ms": percentile(first_s, 99) * 1000,
        "first token to the whole answer p50, ms": percentile(whole_s, 50) * 1000,
        "duplicates": run.duplicates,
    }
    report("preview", figures)


if __name__ == "__main__":
    main()
