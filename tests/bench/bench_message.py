"""Our own time for one message: from the post to the visible reply, without what the language model takes.

`python -m tests.bench.bench_message [--rate 20] [--seconds 15]`: a gateway in this process with the fake platform, a
real worker process with the real embedding model, real Postgres and Redis, and the fake TGI in a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from adapters.base import RenderedPart, ReplyAddress
from assistant.config import load_settings
from assistant.database import migrate
from assistant.embedded import Part, embedded_stack
from assistant.gateway import Gateway
from assistant.queue import WakeUpQueue
from assistant.worker_process import WorkerProcess
from tests.bench.figures import percentile, report
from tests.fakes.platform import FakePlatform, Shown

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = (
    "How do I connect Slack?",
    "Which settings does the embedding model have?",
    "How do I add documents?",
    "What happens when Redis is down?",
    "How large may a document be?",
)
_MODEL_TIME = """
select m.event_key, (t.timings_s->>'generate')::float from messages m
join replies r on r.message_id = m.id join traces t on t.reply_id = r.id where r.decision = 'answered'
"""


class TimedPlatform(FakePlatform):
    """Notes when each reply became visible."""

    def __init__(self) -> None:
        super().__init__()
        self.seen_at: dict[str, float] = {}

    def _show(self, address: ReplyAddress, part: RenderedPart, key: str) -> Shown:
        self.seen_at.setdefault(address.message_id, time.perf_counter())
        return super()._show(address, part, key)


@contextmanager
def fake_tgi() -> Iterator[str]:
    """The address of a model server that answers at once."""
    command = [sys.executable, "-m", "tests.fakes.tgi_server", "--tokens", "50", "--seconds", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


async def load(database_url: str, redis_url: str, rate: float, seconds: float) -> list[float]:
    """Our own seconds for each message, `rate` posts a second in conversations of their own."""
    platform = TimedPlatform()
    queue = WakeUpQueue(redis_url)
    gateway = Gateway(database_url, queue, {platform.platform: platform}, "default")
    posted: dict[str, tuple[str, float]] = {}
    count = int(rate * seconds)
    async with gateway.running():
        started = time.perf_counter()
        posts = []
        for number in range(count):
            await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
            message = platform.message(QUESTIONS[number % len(QUESTIONS)], mention=True)
            posted[message.address.message_id] = (message.event_key, time.perf_counter())
            posts.append(asyncio.create_task(platform.people_say(message)))
        while len(platform.seen_at) < count and time.perf_counter() < started + seconds + 60:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await asyncio.gather(*posts)
    queue.close()
    with psycopg.connect(database_url) as connection:
        model_s: dict[str, float] = dict(connection.execute(_MODEL_TIME).fetchall())
    return [
        platform.seen_at[message_id] - posted_at - model_s[event_key]
        for message_id, (event_key, posted_at) in posted.items()
        if event_key in model_s and message_id in platform.seen_at
    ]


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=15.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="llamadesk-bench-") as home, fake_tgi() as tgi_url:
        os.environ.update(ASSISTANT_HOME=home, TGI_URL=tgi_url, ASSISTANT_MODEL_FAMILY="llama2")
        with embedded_stack(Path(home), [Part.POSTGRES, Part.REDIS]) as urls:
            os.environ.update(DATABASE_URL=urls.database_url, REDIS_URL=urls.redis_url)
            migrate(urls.database_url)
            ingest = [sys.executable, "-m", "ingest", "add", str(ROOT / "README.md"), str(ROOT / "docs")]
            subprocess.run(ingest, check=True)
            worker = WorkerProcess()
            try:
                worker.wait_until_ready(load_settings())
                own_s = asyncio.run(load(urls.database_url, urls.redis_url, options.rate, options.seconds))
            finally:
                worker.stop()
    figures = {f"own time p{percent}, ms": percentile(own_s, percent) * 1000 for percent in (50, 90, 99)}
    report("message", {"messages/s": options.rate, "answered": len(own_s), **figures})


if __name__ == "__main__":
    main()
