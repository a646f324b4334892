"""A Slack adapter in each of its modes, connected to a fake Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.contracts.adapter_harness import Inbox
from tests.fakes.slack_attached_harness import AttachedHarness, AttachedSyncHarness
from tests.fakes.slack_harness import SlackHarness, SlackHttpHarness
from tests.fakes.slack_server import FakeSlack

HARNESSES = {
    "socket": SlackHarness,
    "http": SlackHttpHarness,
    "attached": AttachedHarness,
    "attached-sync": AttachedSyncHarness,
}


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(ack_timeout_s=1.0) as slack:
        yield slack


@pytest.fixture(params=sorted(HARNESSES))
async def harness(slack: FakeSlack, request: pytest.FixtureRequest) -> AsyncIterator[SlackHarness]:
    harness = HARNESSES[request.param](slack)
    yield harness
    await harness.close()


@pytest.fixture
async def inbox(harness: SlackHarness) -> Inbox:
    """Gets what arrives: by then the adapter is started."""
    inbox = Inbox()
    await harness.start(inbox)
    return inbox
