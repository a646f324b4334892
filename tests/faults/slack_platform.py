"""Slack as the harness drives it: Socket Mode, with Slack's redelivery on a compressed clock."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from tests.fakes.slack_server import FakeSlack
from tests.fakes.slack_web_api import Failure
from tests.fakes.slack_workspace import BOT_USER, event_payloads
from tests.faults.checker import Shown
from tests.faults.platforms import Talk

CLOCK = 20
"""Slack delivers a refused event again at once, after 1 min and after 5 min: these are divided by this."""
ACK_TIMEOUT_S = 3.0
REDELIVERY_S = (0.0, 60 / CLOCK, 300 / CLOCK)

WATCH_S = 0.02

STUMBLES = (
    Failure("ratelimited", 429, "1"),
    Failure(after_effect=True, cuts=True),  # shown, and nobody was told so
    Failure(cuts=True),
    Failure(status=503),
)


class SlackPlatform:
    """One workspace. A place is "channel/thread"."""

    name = "slack"
    tells_of_new_chats = True

    def __init__(self, seed: int) -> None:
        self.slack = FakeSlack(ack_timeout_s=ACK_TIMEOUT_S, retry_after_s=REDELIVERY_S)
        self._random = random.Random(seed)
        self._dropping: set[asyncio.Task[None]] = set()
        self.slack.workspace.users.update({person: f"Person {person}" for person in self.people()})

    async def __aenter__(self) -> Self:
        await self.slack.__aenter__()
        self._watcher = asyncio.create_task(self._watch())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watcher.cancel()
        await asyncio.gather(self._watcher, return_exceptions=True)
        await self.slack.__aexit__(kind, error, trace)

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "SLACK_API_URL": self.slack.api_url,
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
        }

    def people(self) -> list[str]:
        return [f"U{number}" for number in range(11, 19)]

    async def post(self, text: str, talk: Talk, times: int = 1) -> tuple[str, str]:
        if talk.is_direct:
            channel, thread = f"D{talk.person}", ""
        else:
            channel, thread = f"C{1 + int(talk.person[1:]) % 3}", talk.root
        said = text if thread or talk.is_direct else f"{self.slack.bot_mention} {text}"
        ts = await self.slack.post(said, channel=channel, user=talk.person, thread_ts=thread)
        again = [payload for payload in event_payloads(self.slack.workspace.find(ts)) for _ in range(times - 1)]
        self._random.shuffle(again)
        self.slack.send_events(ts, again, attempt=1)
        return ts, f"{channel}/{'' if talk.is_direct else thread or ts}"

    def shown(self, place: str = "") -> list[Shown]:
        own = (message for message in list(self.slack.workspace.messages) if message.user == BOT_USER)
        everything = (Shown(f"{message.channel}/{message.thread_ts}", message.text) for message in own)
        return [shown for shown in everything if not place or shown.place == place]

    def stumble(self, number: int) -> None:
        self.slack.fail_next("chat.postMessage", STUMBLES[number % len(STUMBLES)])

    async def _watch(self) -> None:
        """Whoever's connection ends acknowledges nothing any more: Slack need not wait 3 s to deliver that again."""
        socket_mode = self.slack.socket_mode
        known = list(socket_mode.connections)
        while True:
            await asyncio.sleep(WATCH_S)
            if any(connection not in socket_mode.connections for connection in known):
                for delivery in list(self.slack.deliveries):
                    delivery.end(acknowledged=False)
            known = list(socket_mode.connections)

    def drop(self) -> None:
        task = asyncio.create_task(self.slack.socket_mode.drop())
        self._dropping.add(task)
        task.add_done_callback(self._dropping.discard)
