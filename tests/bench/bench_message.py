"""Our own time for one message: from the post to the visible reply, without what the language model's server takes to
count tokens and to generate.

`python -m tests.bench.bench_message [--rates 5,20,40,60] [--seconds 15] [--overload 200]`: real gateway and worker
processes with the real embedding model, real Postgres and Redis, Slack's SDK over real sockets; the model server
answers at once. Then posts at ten times the budget's rate, for the acknowledgements alone.
"""

from __future__ import annotations

import argparse

import psycopg

from tests.bench.desk import Around, Desk, around, our_desk
from tests.bench.figures import Figures, keep_series, percentile, report
from tests.bench.load import Run

BUDGET_RATE = 20.0
OVERLOAD_S = 10.0
_MODEL_TIME = """
select m.event_key, (t.timings_s->>'generate')::float + (t.timings_s->>'tokenize')::float from messages m
join replies r on r.message_id = m.id join traces t on t.reply_id = r.id where m.event_key = any(%s)
"""


def own_s(database_url: str, run: Run) -> list[float]:
    """Our own seconds for each message that was answered."""
    with psycopg.connect(database_url) as connection:
        model_s: dict[str, float] = dict(connection.execute(_MODEL_TIME, [run.event_keys]).fetchall())
    return [
        visible_at - posted_at - model_s[key]
        for key, posted_at, visible_at in zip(run.event_keys, run.posted_at, run.visible_at, strict=True)
        if visible_at
    ]


def at_rate(surroundings: Around, desk: Desk, rate: float, seconds: float) -> Figures:
    """The figures of one rate."""
    run = surroundings.load.at_rate(desk.events_url, rate, seconds)
    own = own_s(surroundings.urls.database_url, run)
    return {
        "messages/s": rate,
        "posted": run.count,
        "answered": run.answered,
        **{f"own time p{percent}, ms": percentile(own, percent) * 1000 for percent in (50, 90, 99)},
        **{f"acknowledgement p{percent}, ms": percentile(run.ack_s, percent) * 1000 for percent in (50, 99)},
    }


def overloaded(surroundings: Around, desk: Desk, rate: float) -> Figures:
    """Acknowledgements when more comes than can be answered; the answers are not waited for."""
    run = surroundings.load.at_rate(desk.events_url, rate, OVERLOAD_S, wait_s=0.0)
    times = {f"overload, acknowledgement p{p}, ms": percentile(run.ack_s, p) * 1000 for p in (50, 99)}
    return {
        "overload, messages/s": rate,
        # A generator that can't keep up would flatter: it tells the rate that it reached.
        "overload, messages/s really posted": run.count / (max(run.posted_at) - min(run.posted_at)),
        **times,
        "overload, acknowledgement max, ms": max(run.ack_s) * 1000,
        "overload, refused": run.refused,
    }


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rates", default="5,20,40,60", help=f"messages/s; {BUDGET_RATE:g} must be among them")
    parser.add_argument("--seconds", type=float, default=15.0, help="for each rate")
    parser.add_argument("--overload", type=float, default=10 * BUDGET_RATE, help="messages/s; 0: not measured")
    options = parser.parse_args()
    rates = [float(rate) for rate in options.rates.split(",")]
    if BUDGET_RATE not in rates:
        parser.error(f"--rates must hold {BUDGET_RATE:g}: the budget is for that one")
    with around(model_s=0.0) as surroundings, our_desk(surroundings) as desk:
        points = [at_rate(surroundings, desk, rate, options.seconds) for rate in rates]
        figures = next(point for point in points if point["messages/s"] == BUDGET_RATE)
        if options.overload:
            figures |= overloaded(surroundings, desk, options.overload)
    keep_series("latency", points)
    report("message", figures)


if __name__ == "__main__":
    main()
