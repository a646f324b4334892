"""The adapter contract over real gRPC, against the fake gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.contracts.adapter_contract import AdapterContract
from tests.contracts.adapter_harness import AdapterHarness
from tests.fakes.wechat_gateway import FakeGateway
from tests.fakes.wechat_harness import WechatHarness
from tests.integration.wechat.wechat_contract import WechatContract


class TestWechatAdapter(WechatContract, AdapterContract):
    @pytest.fixture
    async def harness(self) -> AsyncIterator[AdapterHarness]:
        async with FakeGateway() as gateway:
            harness = WechatHarness(gateway)
            yield harness
            await harness.close()
