"""Our assistant as it is run: stack, gateway process, worker process, a model server, and Slack in front of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from assistant.config import setting_names
from assistant.database import migrate
from assistant.embedded import EmbeddedUrls, Part, embedded_stack
from assistant.embedded.home import open_home
from assistant.embedded.process_record import read_record
from assistant.presence import live_workers
from tests.bench.load import Load, slack_load
from tests.bench.processes import ROOT, START_S, first_line, logging_to, printing, wait_for_line
from tests.fakes.slack_server import FakeSlack

WORKER_THREADS = 256
MODEL_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Tgi:
    """The fake model server."""

    url: str
    pid: int

    def in_flight(self) -> tuple[int, int]:
        """Generations in flight now, and the most since it was last asked."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=10) as answer:  # noqa: S310 (our own)
            told = dict(line.split() for line in answer.read().decode().splitlines())
        return int(told["tgi_batch_current_size"]), int(told["tgi_batch_most_since_last_asked"])

    def first_tokens(self) -> dict[str, float]:
        """When the first token of each ticket's reply was sent (monotonic clock)."""
        with urllib.request.urlopen(f"{self.url}/first_tokens", timeout=10) as answer:  # noqa: S310 (our own)
            told: dict[str, float] = json.load(answer)
        return told


@dataclass(frozen=True, slots=True)
class Around:
    """What everybody who is measured has around them: a stack with our documents in it, the model server, Slack."""

    home: Path
    urls: EmbeddedUrls
    tgi: Tgi
    load: Load

    def stack_processes(self) -> dict[str, psutil.Process]:
        """Postgres and Redis, by name."""
        children = read_record(open_home(self.home).process_record).children
        return {_short(process.name()): process for process in (psutil.Process(one.pid) for one in children)}


@dataclass(frozen=True, slots=True)
class Desk:
    """Our processes, and where the gateway takes events."""

    gateway: psutil.Process
    worker: psutil.Process
    events_url: str


@contextmanager
def around(model_s: float) -> Iterator[Around]:
    """Everything around; the model takes `model_s` seconds for a reply of 50 tokens."""
    with tempfile.TemporaryDirectory(prefix="llamadesk-bench-") as folder:
        home = Path(folder)
        parts = [Part.POSTGRES, Part.REDIS]
        with embedded_stack(home, parts) as urls, slow_tgi(model_s) as tgi, slack_load() as load:
            migrate(urls.database_url)
            surroundings = Around(home, urls, tgi, load)
            add = [sys.executable, "-m", "ingest", "add", str(ROOT / "README.md"), str(ROOT / "docs"), "--json"]
            subprocess.run(add, env=environment(surroundings), cwd=home, stdout=subprocess.DEVNULL, check=True)
            yield surroundings


@contextmanager
def slow_tgi(model_s: float) -> Iterator[Tgi]:
    """The fake TGI in a process of its own."""
    options = ("--tokens", "50", "--seconds", str(model_s), "--max-concurrent-requests", str(MODEL_AT_ONCE))
    with printing("-m", "tests.fakes.slow_tgi", *options) as process:
        yield Tgi(first_line(process), process.pid)


def environment(surroundings: Around, **more: str) -> dict[str, str]:
    """The environment of a process that uses all of it; settings of whoever runs the benchmark are left out."""
    ours = set(setting_names())
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    return inherited | {
        "PYTHONPATH": str(ROOT),
        "ASSISTANT_HOME": str(surroundings.home),
        "DATABASE_URL": surroundings.urls.database_url,
        "REDIS_URL": surroundings.urls.redis_url,
        "TGI_URL": surroundings.tgi.url,
        "ASSISTANT_MAX_DISTANCE": "2",  # no question is refused: each costs a generation
        "ASSISTANT_MIN_SUPPORT": "0",  # the fake's text is no answer to anything; checked it is all the same
        "SLACK_BOT_TOKEN": FakeSlack.bot_token,
        "SLACK_SIGNING_SECRET": FakeSlack.signing_secret,
        "SLACK_API_URL": surroundings.load.api_url,
        **more,
    }


@contextmanager
def our_desk(surroundings: Around, threads: int = WORKER_THREADS) -> Iterator[Desk]:
    """Our gateway and one worker, ready and warm."""
    settings = environment(surroundings, ASSISTANT_HTTP_PORT="0", ASSISTANT_WORKER_THREADS=str(threads))
    gateway_log, worker_log = surroundings.home / "gateway.log", surroundings.home / "worker.log"
    with (
        logging_to(gateway_log, "-m", "assistant", "gateway", environment=settings) as gateway,
        logging_to(worker_log, "-m", "assistant", "worker", environment=settings) as worker,
    ):
        address = wait_for_line(gateway, gateway_log, r"listens on (http://\S+?),? ")
        _wait_for_worker(worker, surroundings.urls.database_url, worker_log)
        desk = Desk(psutil.Process(gateway.pid), psutil.Process(worker.pid), f"{address}/slack/events")
        surroundings.load.introduce(desk.events_url)
        surroundings.load.closed_loop(desk.events_url, customers=4, seconds=3.0)
        yield desk


def _wait_for_worker(worker: subprocess.Popen[str], database_url: str, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while live_workers(database_url) == 0:
        if worker.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the worker did not start: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.1)


def _short(name: str) -> str:
    return name.removesuffix("-server")
