"""The product's gateway or worker, killed by itself with SIGKILL at a named point: python -m tests.faults.crashing.

The same code, with subclasses in which one step is the last. Each point is met once: a file in the folder of marks
tells the process that is started afterwards to pass it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from psycopg_pool import ConnectionPool

from adapters.base import ChatAdapter, RenderedPart, ReplyAddress, SentMessage
from adapters.discord.adapter import DiscordAdapter
from adapters.slack.adapter import SlackAdapter
from assistant import wiring
from assistant.config import Settings, load_settings
from assistant.conversations.handoffs import Agents
from assistant.conversations.model import Answer, Lease, PastTurn, PendingMessage, Work
from assistant.conversations.store import ConversationStore
from assistant.embedded import Part
from assistant.logs import configure_logging
from assistant.serve import serve
from assistant.worker import Answers, Show
from assistant.worker_process import run_worker

WORKER_POINTS = ("before-lease", "after-model")
GATEWAY_POINTS = ("slack-before-send", "discord-before-send", "slack-after-send", "discord-after-send")


class CrashPoints:
    """`wanted` tells at which passing of a point the process ends."""

    def __init__(self, wanted: dict[str, int], marks: Path) -> None:
        self._left = {point: count for point, count in wanted.items() if not (marks / point).exists()}
        self._marks = marks

    def passing(self, point: str) -> None:
        """Return, unless this is the passing that ends it all."""
        if point not in self._left:
            return
        self._left[point] -= 1
        if self._left[point] == 0:
            (self._marks / point).touch()
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def sending(self, platform: str) -> Iterator[None]:
        """Pass the points before and after what the block sends; none after a send that failed."""
        self.passing(f"{platform}-before-send")
        yield
        self.passing(f"{platform}-after-send")


class CrashingStore(ConversationStore):
    """Ends before it takes the lease."""

    def __init__(self, points: CrashPoints, pool: ConnectionPool, owner: str, agents: Agents) -> None:
        super().__init__(pool, owner, agents)
        self._points = points

    def take(self, message_id: int) -> Work | None:
        self._points.passing("before-lease")
        return super().take(message_id)


class CrashingAnswers:
    """Ends when the model has answered and nothing is stored yet."""

    def __init__(self, points: CrashPoints, answers: Answers) -> None:
        self._points = points
        self._answers = answers

    def answer(
        self, message: PendingMessage, history: Sequence[PastTurn], lease: Lease, show: Show | None = None
    ) -> Answer:
        answer = self._answers.answer(message, history, lease, show)
        self._points.passing("after-model")
        return answer

    def apologise(self, message: PendingMessage, lease: Lease, error: Exception) -> Answer:
        return self._answers.apologise(message, lease, error)


class CrashingSlack(SlackAdapter):
    """Ends before a part is sent, or when it is visible and not recorded yet."""

    points: CrashPoints

    async def send(
        self, address: ReplyAddress, part: RenderedPart, idempotency_key: str, *, may_be_shown: bool = False
    ) -> SentMessage:
        with self.points.sending(self.platform):
            return await super().send(address, part, idempotency_key, may_be_shown=may_be_shown)


class CrashingDiscord(DiscordAdapter):
    """The same for Discord."""

    points: CrashPoints

    async def send(
        self, address: ReplyAddress, part: RenderedPart, idempotency_key: str, *, may_be_shown: bool = False
    ) -> SentMessage:
        with self.points.sending(self.platform):
            return await super().send(address, part, idempotency_key, may_be_shown=may_be_shown)


def main() -> None:
    """Run the process until it ends, one way or the other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("process", choices=("gateway", "worker"))
    parser.add_argument("--at", action="append", required=True, metavar="POINT:COUNT")
    parser.add_argument("--marks", type=Path, required=True)
    options = parser.parse_args()
    wanted = {point: int(count) for point, _, count in (at.partition(":") for at in options.at)}
    points = CrashPoints(wanted, options.marks)
    settings = load_settings()
    configure_logging(settings.log_level)
    with wiring.served(settings, [Part.POSTGRES, Part.REDIS]) as complete:
        (_run_worker if options.process == "worker" else _run_gateway)(complete, points)


def _run_worker(settings: Settings, points: CrashPoints) -> None:
    @contextmanager
    def new_answers(settings: Settings, pool: ConnectionPool) -> Iterator[Answers]:
        with wiring.answers(settings, pool) as answers:
            yield CrashingAnswers(points, answers)

    run_worker(settings, new_store=partial(CrashingStore, points), new_answers=new_answers)


def _run_gateway(settings: Settings, points: CrashPoints) -> None:
    asyncio.run(serve(settings, _adapters(settings, points), _say, with_worker=False))


def _adapters(settings: Settings, points: CrashPoints) -> dict[str, ChatAdapter]:
    found: dict[str, ChatAdapter] = {}
    if slack_token := settings.slack_bot_token.get_secret_value():
        app_token = settings.slack_app_token.get_secret_value()
        found["slack"] = slack = CrashingSlack(slack_token, app_token, api_url=settings.slack_api_url)
        slack.points = points
    if discord_token := settings.discord_bot_token.get_secret_value():
        urls = settings.discord_api_url, settings.discord_gateway_url
        found["discord"] = discord = CrashingDiscord(discord_token, *urls)
        discord.points = points
    return found


def _say(fact: str) -> None:
    print(f"assistant: {fact}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
