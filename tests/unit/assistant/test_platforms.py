"""Each platform for itself: one that is refused stops alone, one that is lost comes back."""

from __future__ import annotations

import asyncio

import pytest

from adapters.base import IncomingEvent, Missed, OnEvent
from adapters.errors import AdapterError, AuthenticationFailed, PlatformUnavailable
from assistant.platforms import Platforms
from tests.fakes.platform import FakePlatform
from tests.fakes.until import until


class Shaky(FakePlatform):
    """Fails at each start with the next of `refusals`, and ends when it is told to."""

    def __init__(self, name: str, *refusals: AdapterError) -> None:
        super().__init__(platform=name)
        self.refusals = list(refusals)
        self.starts = 0
        self.ended: asyncio.Future[None] | None = None

    async def start(self, on_event: OnEvent, missed: Missed | None = None) -> None:
        self.starts += 1
        if self.refusals:
            raise self.refusals.pop(0)
        self.ended = asyncio.get_running_loop().create_future()
        await super().start(on_event, missed)

    async def wait_closed(self) -> None:
        assert self.ended is not None
        await asyncio.shield(self.ended)

    def end(self, error: AdapterError) -> None:
        assert self.ended is not None
        self.ended.set_exception(error)

    @property
    def is_connected(self) -> bool:
        return self._on_event is not None


async def ignore(_: IncomingEvent) -> None:
    """Nobody speaks here."""


async def nothing_missed(_: str) -> None:
    return None


def serving(*adapters: Shaky) -> Platforms:
    return Platforms({adapter.platform: adapter for adapter in adapters}, ignore, nothing_missed, (0.0,))


async def test_refused_platform_stops_alone(caplog: pytest.LogCaptureFixture) -> None:
    """The operator reads which one and why; the other one serves."""
    refused, good = Shaky("a", AuthenticationFailed("set A_TOKEN")), Shaky("b")
    serve = serving(refused, good)
    await serve.start()
    await until(lambda: "platform is no longer served" in caplog.text)
    record = next(record for record in caplog.records if record.levelname == "ERROR")
    assert (record.platform, record.reason) == ("a", "set A_TOKEN")  # type: ignore[attr-defined]
    assert good.is_connected
    assert refused.starts == 1
    await serve.close()


async def test_where_nothing_can_be_served_the_start_fails() -> None:
    """With the first one's advice."""
    serve = serving(Shaky("a", AuthenticationFailed("set A_TOKEN")), Shaky("b", AuthenticationFailed("set B_TOKEN")))
    with pytest.raises(AuthenticationFailed, match="A_TOKEN"):
        await serve.start()
    await serve.close()


async def test_platform_that_is_away_is_connected_when_it_is_back() -> None:
    """Also when it was away at the start."""
    away, good = Shaky("a", *[PlatformUnavailable("away")] * 3), Shaky("b")
    serve = serving(away, good)
    await serve.start()
    await until(lambda: away.is_connected)
    assert away.starts == 4
    await serve.close()


async def test_lost_connection_is_made_again_until_the_token_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    """A revoked token ends it."""
    lost = Shaky("a")
    serve = serving(lost)
    await serve.start()
    for _ in range(2):
        starts = lost.starts
        lost.end(PlatformUnavailable("away"))
        await until(lambda starts=starts: lost.starts > starts)  # type: ignore[misc]
    lost.end(AuthenticationFailed("revoked"))
    await until(lambda: "platform is no longer served" in caplog.text)
    await serve.close()
    assert not lost.is_connected
