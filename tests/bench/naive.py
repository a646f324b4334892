"""The naive pipeline: Bolt puts a job into RQ, RQ's stock worker forks for it.

`python -m tests.bench.naive bot` and `… worker`. Pickle, one process a job at a time, a connection a call: as the
tutorials of its parts, put together, have it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

import psycopg
from redis import Redis
from rq import Queue, Worker

from tests.bench import naive_job
from tests.bench.bolt_server import new_app, serve

QUEUE = "naive"


async def bot() -> None:
    """Take events, and enqueue a job for each."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute(naive_job.CREATE)
    queue = Queue(QUEUE, connection=Redis.from_url(os.environ["REDIS_URL"]))
    app = new_app()

    async def on_mention(event: dict[str, Any]) -> None:
        queue.enqueue(naive_job.answer, event["channel"], event["ts"], event["text"])

    app.event("app_mention")(on_mention)
    await serve(app)


def worker() -> None:
    """RQ's worker, with the model loaded."""
    naive_job.load_model()
    print("ready", flush=True)
    Worker([QUEUE], connection=Redis.from_url(os.environ["REDIS_URL"])).work(logging_level="WARNING")


if __name__ == "__main__":
    if sys.argv[1:] == ["worker"]:
        worker()
    else:
        asyncio.run(bot())
