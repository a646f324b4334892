"""Discord as the harness drives it: sessions that resume or don't, nonces, lost answers."""

from __future__ import annotations

import random
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from tests.fakes.discord_rest import Failure, rate_limit
from tests.fakes.discord_server import FakeDiscord
from tests.faults.checker import Shown
from tests.faults.platforms import Talk

_POST = r"POST /channels/\d+/messages$"


class DiscordPlatform:
    """One server. A place is the id of a thread, or of a direct channel."""

    name = "discord"
    tells_of_new_chats = False  # bots can't list their direct channels

    def __init__(self, seed: int) -> None:
        self.discord = FakeDiscord()
        self._random = random.Random(seed)

    async def __aenter__(self) -> Self:
        await self.discord.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.discord.__aexit__(kind, error, trace)

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "DISCORD_BOT_TOKEN": self.discord.token,
            "DISCORD_API_URL": self.discord.api_url,
            "DISCORD_GATEWAY_URL": self.discord.gateway_url,
        }

    def people(self) -> list[str]:
        return [f"person{number}" for number in range(8)]

    async def post(self, text: str, talk: Talk, times: int = 1) -> tuple[str, str]:
        is_first = not talk.root and not talk.is_direct
        message = await self.discord.post(
            text,
            author=talk.person,
            mention=is_first,
            direct=talk.is_direct,
            in_thread_of=talk.root or None if not talk.is_direct else None,
        )
        for _ in range(times - 1):
            await self.discord.redeliver(message["id"])
        place = message["channel_id"] if talk.is_direct else talk.root or message["id"]
        return message["id"], place

    def shown(self, place: str = "") -> list[Shown]:
        world = self.discord.world
        places = [place] if place else list(world.messages)
        return [
            Shown(where, message["content"])
            for where in places
            for message in list(world.messages.get(where, []))
            if message["author"]["id"] == world.bot["id"]
        ]

    def stumble(self, number: int) -> None:
        stumbles = (
            rate_limit(_POST, 0.5),
            Failure(_POST, status=0, accepted=True),  # shown, and nobody was told so
            Failure(_POST, status=0),
            Failure(_POST, status=503),
        )
        self.discord.rest.failures.append(stumbles[number % len(stumbles)])

    def drop(self) -> None:
        """Break the connections; every second time no session can be resumed afterwards."""
        if self._random.random() < 0.5:
            self.discord.gateway.forget_sessions()
        self.discord.gateway.drop()
