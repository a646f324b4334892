"""The Slack adapter keeps the adapter contract, in both modes, with the real SDK over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.contracts.adapter_contract import AdapterContract, ConnectionContract
from tests.fakes.slack_harness import SlackHarness, SlackHttpHarness
from tests.fakes.slack_server import FakeSlack

ACK_TIMEOUT_S = 2.0  # how long the fake waits before it counts an event as refused


class TestSocketMode(AdapterContract):
    @pytest.fixture
    async def harness(self) -> AsyncIterator[SlackHarness]:
        async with FakeSlack(ack_timeout_s=ACK_TIMEOUT_S) as slack:
            harness = SlackHarness(slack)
            yield harness
            await harness.close()


class TestHttp(ConnectionContract):
    @pytest.fixture
    async def harness(self) -> AsyncIterator[SlackHttpHarness]:
        async with FakeSlack() as slack:
            harness = SlackHttpHarness(slack)
            yield harness
            await harness.close()
