"""An adapter attached to an existing Bolt app keeps the adapter contract, too."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.contracts.adapter_contract import ConnectionContract
from tests.fakes.slack_attached_harness import AttachedHarness, AttachedSyncHarness
from tests.fakes.slack_server import FakeSlack


class TestAsyncApp(ConnectionContract):
    @pytest.fixture
    async def harness(self) -> AsyncIterator[AttachedHarness]:
        async with FakeSlack() as slack:
            harness = AttachedHarness(slack)
            yield harness
            await harness.close()


class TestSyncApp(ConnectionContract):
    @pytest.fixture
    async def harness(self) -> AsyncIterator[AttachedSyncHarness]:
        async with FakeSlack() as slack:
            harness = AttachedSyncHarness(slack)
            yield harness
            await harness.close()
