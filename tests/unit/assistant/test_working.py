"""That somebody is at it: shown a moment after the question, renewed, gone with the reply, and never in the way."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from adapters.base import ReplyAddress
from adapters.errors import AdapterError, PlatformUnavailable, RateLimited
from assistant.working import MAX_SHOWN, Working
from tests.fakes.platform import IN_MEMORY, FakePlatform
from tests.fakes.until import until


class Watched(FakePlatform):
    """Notes each call, and fails with the next of `faults`."""

    def __init__(self, working_s: float = 60.0, *faults: AdapterError) -> None:
        super().__init__(capabilities=replace(IN_MEMORY, working_s=working_s))
        self.calls: list[bool] = []
        self.faults = list(faults)

    async def show_working(self, address: ReplyAddress, *, is_working: bool = True) -> None:
        self.calls.append(is_working)
        if self.faults:
            raise self.faults.pop(0)
        await super().show_working(address, is_working=is_working)


def at_once(platform: Watched) -> Working:
    """Without the pause before the first sign."""
    return Working({"fake": platform}, 0.0)


async def all_begun() -> None:
    """Let every task that can go on do so."""
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
def platform() -> Watched:
    return Watched()


async def test_it_is_shown_renewed_and_taken_away(platform: Watched) -> None:
    """A sign that runs out is given again."""
    platform.capabilities = replace(IN_MEMORY, working_s=0.01)
    signs = at_once(platform)
    address = platform.message("hi").address
    signs.begin(address)
    signs.begin(address)
    await until(lambda: len(platform.calls) >= 3)
    assert platform.working
    signs.end(address)
    await until(lambda: not platform.working)
    await signs.close()
    assert platform.calls[-1] is False


async def test_quick_answer_needs_no_sign(platform: Watched) -> None:
    """No call is made for it, neither to show nor to take away."""
    signs = Working({"fake": platform}, 30.0)
    address = platform.message("hi").address
    signs.begin(address)
    signs.end(address)
    await signs.close()
    assert platform.calls == []


async def test_what_an_earlier_process_showed_is_taken_away(platform: Watched) -> None:
    """The reply comes from this one."""
    signs = at_once(platform)
    signs.end(platform.message("hi").address)
    await until(lambda: platform.calls == [False])
    await signs.close()


async def test_with_too_many_at_once_the_platform_is_left_in_peace(platform: Watched) -> None:
    """Also at the end of those that were left out."""
    signs = at_once(platform)
    addresses = [platform.message("hi").address for _ in range(MAX_SHOWN + 5)]
    for address in addresses:
        signs.begin(address)
    await until(lambda: len(platform.calls) == MAX_SHOWN)
    signs.end(addresses[-1])
    await all_begun()
    assert platform.calls == [True] * MAX_SHOWN
    await signs.close()


@pytest.mark.parametrize("fault", [PlatformUnavailable("away"), RateLimited("slowly", 60.0)], ids=repr)
async def test_fault_is_no_matter(fault: AdapterError) -> None:
    """It is a courtesy; a platform that asks to wait is not asked again before."""
    platform = Watched(60.0, fault)
    signs = at_once(platform)
    first, second = platform.message("hi").address, platform.message("ho").address
    signs.begin(first)
    await until(lambda: platform.calls == [True])
    signs.begin(second)
    if isinstance(fault, RateLimited):
        await all_begun()
        assert platform.calls == [True]
    else:
        await until(lambda: platform.calls == [True, True])
    await signs.close()


async def test_private_answers_and_platforms_without_signs_get_none(platform: Watched) -> None:
    """Nobody else would see it, or nobody at all."""
    signs = at_once(platform)
    signs.begin(replace(platform.message("hi").address, visible_to="U1"))
    platform.capabilities = replace(IN_MEMORY, working_s=0.0)
    signs.begin(platform.message("hi").address)
    await all_begun()
    await signs.close()
    assert platform.calls == []
