"""A whole desk of real processes: Postgres, Redis, gateway and worker, each of which may be killed; the chat platforms
and the model server are fakes in this process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import psycopg

from assistant.config import setting_names
from tests.faults.lines import Lines
from tests.faults.model import DeskModel
from tests.faults.platforms import Platform
from tests.faults.questions import FAQ
from tests.faults.servers import Postgres, Redis
from tests.faults.supervised import Command, Supervised

ROOT = Path(__file__).resolve().parents[2]
READY_S = 120.0
PRODUCT = {name: ("assistant", name) for name in ("gateway", "worker")}
READY = {"gateway": "gateway listens on", "worker": "worker is ready"}
ANSWER_TIMEOUT_S = 6

_ROWS = """
select 'messages', state, count(*) from messages group by state
union all select 'deliveries', state, count(*) from deliveries group by state
"""


@dataclass(frozen=True, slots=True)
class Servers:
    """What the product keeps its things in, and the lines that lead there."""

    postgres: Postgres
    redis: Redis
    lines: Lines


class Desk:
    """Running inside `running`. `processes` are what can be killed, by name."""

    def __init__(
        self,
        folder: Path,
        platforms: Sequence[Platform],
        model: DeskModel,
        servers: Servers,
        modules: Mapping[str, Sequence[str]],
    ) -> None:
        self.folder = folder
        self.keep_logs = False
        self.platforms = platforms
        self.model = model
        self.postgres, self.redis, self.lines = servers.postgres, servers.redis, servers.lines
        self.gateway = self.program("gateway", modules["gateway"])
        self.worker = self.program("worker", modules["worker"])
        self.processes = {
            "postgres": self.postgres.process,
            "redis": self.redis.process,
            "gateway": self.gateway,
            "worker": self.worker,
        }

    def program(self, name: str, module: Sequence[str]) -> Supervised:
        """One more process of the product's; it is not started yet."""
        words = [sys.executable, "-m", *module]
        log = self.folder / f"{name}.log"
        return Supervised(
            Command(name, words, self._environment(), log, self.folder, ready=READY[name.partition("-")[0]])
        )

    def rows(self) -> dict[tuple[str, str], int]:
        """How many messages and deliveries the product counts, by table and state."""
        with psycopg.connect(self.postgres.url, connect_timeout=5) as connection:
            return {(table, state): count for table, state, count in connection.execute(_ROWS)}

    async def start(self) -> None:
        await self.postgres.start()
        await self.redis.start()
        await self._ingest()
        for process in (self.gateway, self.worker):
            await process.start()
        await self.until_ready()

    async def until_ready(self) -> None:
        """Return when gateway and worker serve. Raises TimeoutError."""
        await self.gateway.until_ready(READY_S)
        await self.worker.until_ready(READY_S)

    async def stop(self) -> None:
        await asyncio.gather(self.gateway.stop(), self.worker.stop())
        await asyncio.gather(self.redis.process.stop(), self.postgres.process.stop())

    async def _ingest(self) -> None:
        faq = self.folder / "faq"
        faq.mkdir()
        for name, text in FAQ.items():
            (faq / name).write_text(text)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ingest", "add", str(faq)),
            cwd=self.folder,
            env=self._environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"ingest failed: {said.decode(errors='replace')[-500:]}")

    def _persona(self) -> Path:
        """Who writes answers of fifty sentences."""
        file = self.folder / "persona.toml"
        if not file.exists():
            usual = (resources.files("prompts") / "personas" / "default.toml").read_text("utf-8")
            file.write_text(re.sub(r"(?m)^reply_sentences = \d+", "reply_sentences = 50", usual), "utf-8")
        return file

    def _environment(self) -> Mapping[str, str]:
        own = {
            "DATABASE_URL": self.lines.url("postgres"),
            "REDIS_URL": self.lines.url("redis"),
            "TGI_URL": self.lines.url("model"),
            "ASSISTANT_MODEL_FAMILY": "llama2",
            "ASSISTANT_PERSONA": str(self._persona()),
            "ASSISTANT_MIN_SUPPORT": "0",  # what the model says stands in no document
            "ASSISTANT_HOME": str(self.folder / "home"),
            "ASSISTANT_HTTP_PORT": "0",
            "ASSISTANT_ANSWER_TIMEOUT_S": str(ANSWER_TIMEOUT_S),
            "ASSISTANT_LOG_LEVEL": "INFO",
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
        }
        for platform in self.platforms:
            own |= platform.environment
        strange = {name for name in os.environ if name.startswith("ASSISTANT_")} | set(setting_names())
        return {name: value for name, value in os.environ.items() if name not in strange} | own


@contextlib.asynccontextmanager
async def running_desk(
    platforms: Sequence[Platform], seed: int, modules: Mapping[str, Sequence[str]] = PRODUCT
) -> AsyncIterator[Desk]:
    """A desk that serves, on platforms that run. Its folder goes afterwards, unless its logs are wanted.

    `modules` are what `python -m` is to run as gateway and as worker.
    """
    folder = Path(tempfile.mkdtemp(prefix="llamadesk-faults-"))
    with DeskModel(seed) as model:
        postgres, redis = Postgres(folder), Redis(folder)
        async with Lines({"postgres": postgres.url, "redis": redis.url, "model": model.url}) as lines:
            desk = Desk(folder, platforms, model, Servers(postgres, redis, lines), modules)
            try:
                await desk.start()
                yield desk
            except BaseException:
                desk.keep_logs = True
                raise
            finally:
                await desk.stop()
                _clear(desk)


def _clear(desk: Desk) -> None:
    if desk.keep_logs:
        print(f"the logs are kept in {desk.folder}", file=sys.stderr)
    else:
        shutil.rmtree(desk.folder)
