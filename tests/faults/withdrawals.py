"""Documents are changed and removed while people ask about them: `python -m tests.faults.withdrawals [--changes 200]`.

A real gateway and worker answer 20 questions a second; a model quotes every code that stands in its prompt, in what was
said before too, and takes its time. Meanwhile `ingest sync` follows a folder in which documents change, vanish and come
again. Whatever people see appear after a sync returned must hold no code of an old text, nor cite it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from adapters.base import RenderedPart, ReplyAddress, SentMessage
from assistant import wiring
from assistant.answer_threads import AnswerThreads
from assistant.config import Settings
from assistant.conversations.store import ConversationStore
from assistant.database import open_pool
from assistant.embedded import Part, embedded_stack
from assistant.gateway import Gateway
from assistant.leases import LeaseRenewer
from assistant.manners import Manners
from assistant.presence import Live, LiveLock
from assistant.queue import WakeUpQueue
from assistant.queue_threads import QueueThreads
from assistant.worker import ConversationWorker
from tests.fakes.model_behaviours import Reply
from tests.fakes.model_server import Behaviour, Exchange
from tests.fakes.platform import FakePlatform
from tests.fakes.tgi_server import FakeTgi
from tests.fakes.until import until

CODE = re.compile(r"code-\d+-v\d+")
INGEST = [sys.executable, "-m", "ingest"]
FIRST_TOKEN_S, TOKEN_S = 0.3, 0.1
ITEMS = 60
PATIENCE_S = 60.0


class QuotingTgi(FakeTgi):
    """A model that says all codes of its prompt."""

    keeps_requests = False

    def __init__(self) -> None:
        super().__init__(lambda prompt: f"I know of {', '.join(dict.fromkeys(CODE.findall(prompt)))} [1].")

    async def generate(self, exchange: Exchange, behaviour: Behaviour | None) -> None:
        await super().generate(exchange, Reply(first_token_s=FIRST_TOKEN_S, token_s=TOKEN_S))


@dataclass
class WatchedPlatform(FakePlatform):
    """Notes when each text appeared."""

    appeared: list[tuple[float, str]] = field(default_factory=list)

    async def send(
        self, address: ReplyAddress, part: RenderedPart, idempotency_key: str, *, may_be_shown: bool = False
    ) -> SentMessage:
        sent = await super().send(address, part, idempotency_key, may_be_shown=may_be_shown)
        self.appeared.append((time.monotonic(), part.text))
        return sent

    async def edit(self, address: ReplyAddress, message_id: str, part: RenderedPart) -> None:
        await super().edit(address, message_id, part)
        self.appeared.append((time.monotonic(), part.text))


@dataclass(frozen=True, slots=True)
class Load:
    """How many documents change, and how many questions there are a second."""

    changes: int
    rate: float
    chance: random.Random


@dataclass(slots=True)
class Verdict:
    """`old_texts`: what appeared although a sync had removed it. `withdrawn`: answers that people had seen before."""

    questions: int = 0
    unanswered: int = 0
    changes: int = 0
    syncs: int = 0
    appearances: int = 0
    old_texts: int = 0
    withdrawn: int = 0

    @property
    def is_good(self) -> bool:
        return not self.old_texts and not self.unanswered


class Shelf:
    """A folder of documents about items, each with a code of its version; `died` tells since when a code is old."""

    def __init__(self, folder: Path, chance: random.Random, items: int) -> None:
        self._folder = folder
        self._chance = chance
        self._versions = dict.fromkeys(range(items), 0)
        self._present: set[int] = set()
        self._dying: list[str] = []
        self.died: dict[str, float] = {}
        for item in range(items):
            self._write(item)

    def change(self, count: int) -> None:
        """Change, remove or bring back so many."""
        for item in self._chance.sample(sorted(self._versions), count):
            if item in self._present:
                self._dying.append(self._code(item))
            if item in self._present and self._chance.random() < 0.3:
                self._path(item).unlink()
                self._present.discard(item)
            else:
                self._write(item)

    def synced(self) -> None:
        """A sync returned: what died before it must not appear any more."""
        self.died |= dict.fromkeys(self._dying, time.monotonic())
        self._dying = []

    def _write(self, item: int) -> None:
        self._versions[item] += 1
        self._present.add(item)
        code = self._code(item)
        text = f"# Item {item} {code}\n\nThe secret code of item {item} is {code}. Ask for item {item} at the desk.\n"
        self._path(item).write_text(text, encoding="utf-8")

    def _code(self, item: int) -> str:
        return f"code-{item}-v{self._versions[item]}"

    def _path(self, item: int) -> Path:
        return self._folder / f"item{item}.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--rate", type=float, default=20.0, help="questions a second")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    verdict = asyncio.run(run(arguments.changes, arguments.rate, arguments.seed))
    print(json.dumps(asdict(verdict)))
    sys.exit(0 if verdict.is_good else 1)


async def run(changes: int, rate: float, seed: int) -> Verdict:
    """The whole, in a home of its own."""
    home = Path(tempfile.mkdtemp(prefix="llamadesk-withdrawals-"))
    try:
        with embedded_stack(home, [Part.POSTGRES, Part.REDIS]) as urls, QuotingTgi() as tgi:
            given = {
                "DATABASE_URL": urls.database_url,
                "REDIS_URL": urls.redis_url,
                "TGI_URL": tgi.url,
                "ASSISTANT_HOME": str(home),
            }
            settings = Settings.model_validate(given)
            (home / "docs").mkdir()
            shelf = Shelf(home / "docs", random.Random(seed), ITEMS)
            with wiring.served(settings, [Part.POSTGRES]):
                await _sync(home, given)
                load = Load(changes, rate, random.Random(seed + 1))
                return await _asked_and_changed(settings, given, shelf, load)
    finally:
        shutil.rmtree(home, ignore_errors=True)


async def _asked_and_changed(settings: Settings, given: dict[str, str], shelf: Shelf, load: Load) -> Verdict:
    verdict, platform = Verdict(), WatchedPlatform()
    queue = WakeUpQueue(settings.redis_url)
    async with Gateway(settings.database_url, queue, {"fake": platform}, Manners()).running():
        with _worker(settings):
            asking = asyncio.create_task(_ask(platform, load, verdict))
            try:
                while verdict.changes < load.changes:
                    count = load.chance.randint(1, 8)
                    shelf.change(count)
                    await _sync(settings.home, given)
                    shelf.synced()
                    verdict.changes += count
                    verdict.syncs += 1
            finally:
                asking.cancel()
            await _answered(platform, verdict)
    queue.close()
    verdict.appearances = len(platform.appeared)
    verdict.old_texts = sum(
        any(shelf.died.get(code, at) < at for code in CODE.findall(text)) for at, text in platform.appeared
    )
    with open_pool(settings.database_url, 1) as pool, pool.connection() as connection:
        row = connection.execute("select count(*) from replies where is_withdrawn").fetchone()
        verdict.withdrawn = row[0] if row else 0
    return verdict


@contextmanager
def _worker(settings: Settings) -> Iterator[None]:
    """A worker in this process, with the real embedding model and the real search."""
    with open_pool(settings.database_url, 16) as pool, wiring.answers(settings, pool) as answers:
        store = ConversationStore(pool, "worker-1", wiring.agents(settings))
        renewer = LeaseRenewer(store, LiveLock(settings.database_url, Live.WORKER))
        worker = ConversationWorker(store, answers, renewer)
        answering = AnswerThreads(64, worker.answer_message)
        waking = QueueThreads(settings.redis_url, answering.submit)
        renewer.start()
        waking.start()
        try:
            yield
        finally:
            worker.stop()
            deadline = time.monotonic() + 30
            waking.stop(deadline)
            answering.stop(deadline)
            renewer.stop()


async def _ask(platform: WatchedPlatform, load: Load, verdict: Verdict) -> None:
    """New questions and follow-ups, until cancelled."""
    chance = load.chance
    threads: list[tuple[str, int]] = []
    while True:
        verdict.questions += 1
        if threads and chance.random() < 0.3:
            thread, item = chance.choice(threads[-40:])
            text = f"and what is the secret code of item {item} now?"
            message = platform.message(text, thread=thread, mention=True, author=f"U{verdict.questions}")
        else:
            item = chance.randrange(ITEMS)
            text = f"What is the secret code of item {item}?"
            message = platform.message(text, mention=True, author=f"U{verdict.questions}")
            threads.append((message.address.thread, item))
        await platform.people_say(message)
        await asyncio.sleep(1 / load.rate)


async def _answered(platform: WatchedPlatform, verdict: Verdict) -> None:
    """Return once every question has its reply, or patience ends."""
    with suppress(TimeoutError):
        await until(lambda: len(platform.shown) >= verdict.questions, PATIENCE_S)
    verdict.unanswered = verdict.questions - len(platform.shown)


async def _sync(home: Path, given: dict[str, str]) -> None:
    process = await asyncio.create_subprocess_exec(
        *INGEST, "sync", str(home / "docs"), "--json", env={**os.environ, **given}, stdout=asyncio.subprocess.DEVNULL
    )
    if await process.wait():
        raise RuntimeError("ingest sync failed")


if __name__ == "__main__":
    main()
