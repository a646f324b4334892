"""What has to be shown of growing texts, in memory that is bounded."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from adapters.base import RenderedPart, Reply
from adapters.recent import Recent
from assistant.conversations.deliveries import Delivery
from assistant.showing import Showing, Visible
from tests.fakes.platform import FakePlatform


def claim_holds(_: Delivery) -> None:
    """No other gateway is there."""


async def note(delivery: Delivery, parts_sent: int, shown: Sequence[str]) -> None:
    """Nobody looks it up."""


async def ignore(_: object) -> None:
    """Nobody speaks here."""


@pytest.fixture
async def platform() -> FakePlatform:
    platform = FakePlatform()
    await platform.start(ignore)
    return platform


class Growing:
    """Deliveries that are shown, one after the other and again."""

    def __init__(self, platform: FakePlatform, visible: Visible) -> None:
        self._platform = platform
        self._visible = visible
        self._address = platform.message("how long?").address
        self._shown: dict[int, tuple[str, ...]] = {}

    async def show(self, number: int, text: str, *, is_preview: bool = True) -> list[str]:
        """Gives what people saw happen."""
        seen_before = len(self._platform.history)
        shown = self._shown.get(number, ())
        reply = Reply(text, is_preview=is_preview)
        delivery = Delivery(number, 1, len(shown), 0, shown, False, self._address, reply)
        showing = Showing(delivery, self._platform, claim_holds, note, self._visible)
        await showing.show()
        self._shown[number] = tuple(showing.shown)
        return [seen.kind for seen in self._platform.history[seen_before:]]


async def test_what_looks_the_same_needs_no_call(platform: FakePlatform) -> None:
    """A gateway that shows a growing text knows what stands there."""
    growing = Growing(platform, Recent(10))
    assert await growing.show(1, "With") == ["shown"]
    assert await growing.show(1, "With") == []
    assert await growing.show(1, "Within") == ["edited"]


async def test_forgotten_text_is_shown_as_if_it_had_changed(platform: FakePlatform) -> None:
    """No more than that much is remembered; a call that changes nothing does no harm."""
    visible: Recent[tuple[int, int], RenderedPart] = Recent(2)
    growing = Growing(platform, visible)
    for number in (1, 2, 3):
        assert await growing.show(number, "With") == ["shown"]
    assert await growing.show(3, "With") == []
    assert await growing.show(1, "With") == ["edited"]
    assert len(visible) == 2


async def test_finished_text_is_not_remembered(platform: FakePlatform) -> None:
    """Nothing follows it, but for a correction."""
    visible: Recent[tuple[int, int], RenderedPart] = Recent(10)
    growing = Growing(platform, visible)
    await growing.show(1, "With")
    await growing.show(1, "Within thirty days.", is_preview=False)
    assert dict(visible) == {}
