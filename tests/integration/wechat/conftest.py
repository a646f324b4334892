"""A fake gateway with a connected adapter and an inbox."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.wechat.adapter import Timing, WechatAdapter
from tests.contracts.adapter_harness import Inbox
from tests.fakes.wechat_gateway import FakeGateway

QUICK = Timing(start_s=10, call_s=1.5, greeting_s=0.2, busy_s=0.3)


@pytest.fixture
async def gateway() -> AsyncIterator[FakeGateway]:
    async with FakeGateway() as gateway:
        yield gateway


@pytest.fixture
async def adapter(gateway: FakeGateway) -> AsyncIterator[WechatAdapter]:
    """Not started yet."""
    adapter = WechatAdapter(gateway.token, gateway.endpoint, retry_delays_s=(0, 0), timing=QUICK)
    yield adapter
    await adapter.close()


@pytest.fixture
async def inbox(adapter: WechatAdapter) -> Inbox:
    """What the adapter, which is started by this, has received."""
    inbox = Inbox()
    await adapter.start(inbox)
    return inbox
