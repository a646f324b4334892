"""Ten turns of customer service on every platform, by its own SDK over real sockets: questions and follow-ups, a
correction, a withdrawn question, a refusal, thanks, a thumb down, a human, and the assistant again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import resources
from typing import LiteralString

import psycopg
import pytest
import yaml

from adapters.base import ReplyAddress, WebhookAdapter
from assistant.conversations.handoffs import Agents
from assistant.embedding.base import Embedder
from assistant.phrases import ENGLISH
from tests.acceptance.desk import desk
from tests.acceptance.shop import CONVERSATION, OFF_TOPIC
from tests.contracts.adapter_harness import AdapterHarness, Post
from tests.fakes.discord_harness import DiscordHarness
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.platform import FakePlatform, Shown
from tests.fakes.slack_emulator import missing as emulator_missing
from tests.fakes.slack_emulator import slack_emulator
from tests.fakes.slack_emulator_harness import EmulatorHarness
from tests.fakes.slack_harness import SlackHarness, SlackHttpHarness
from tests.fakes.slack_server import FakeSlack
from tests.fakes.tgi_server import FakeTgi
from tests.fakes.until import until
from tests.fakes.wechat_gateway import FakeGateway
from tests.fakes.wechat_harness import WechatHarness
from tests.fakes.wechat_npm_gateway import missing, npm_gateway
from tests.fakes.wechat_npm_harness import NpmHarness

AGENTS_CHANNEL = ReplyAddress("fake", "", "C2", thread="", message_id="0", is_direct=True)
AGENTS = Agents(AGENTS_CHANNEL)
PATIENCE_S = 20.0


@asynccontextmanager
async def slack_socket_mode() -> AsyncIterator[AdapterHarness]:
    async with FakeSlack() as slack:
        yield SlackHarness(slack)


@asynccontextmanager
async def slack_http() -> AsyncIterator[AdapterHarness]:
    async with FakeSlack() as slack:
        yield SlackHttpHarness(slack)


@asynccontextmanager
async def slack_emulate() -> AsyncIterator[AdapterHarness]:
    """Somebody else's Slack, by signed HTTP."""
    if reason := emulator_missing():
        pytest.skip(reason)
    manifest = yaml.safe_load(resources.files("adapters.slack").joinpath("manifest.yaml").read_text())
    with slack_emulator(manifest["oauth_config"]["scopes"]["bot"]) as api_url:
        yield EmulatorHarness(api_url)


@asynccontextmanager
async def discord() -> AsyncIterator[AdapterHarness]:
    async with FakeDiscord() as server:
        yield DiscordHarness(server)


@asynccontextmanager
async def wechat() -> AsyncIterator[AdapterHarness]:
    async with FakeGateway() as gateway:
        yield WechatHarness(gateway)


@asynccontextmanager
async def wechat_npm() -> AsyncIterator[AdapterHarness]:
    """Wechaty's own gateway, with its mock of WeChat."""
    if reason := missing():
        pytest.skip(reason)
    with npm_gateway() as gateway:
        yield NpmHarness(gateway)


Platform = Callable[[], AbstractAsyncContextManager[AdapterHarness]]


@dataclass
class Customer:
    """Somebody in a channel, who names the assistant once and goes on in the thread; where there are no threads, each
    time."""

    harness: AdapterHarness
    sql: psycopg.Connection
    root: str = ""

    def post(self, text: str) -> Post:
        has_threads = self.harness.adapter.capabilities.threads
        return Post(text, mention=not (self.root and has_threads), in_thread_of=self.root if has_threads else "")

    async def writes(self, text: str) -> str:
        """Write it, and see it stored; gives the post's id."""
        before = self.stored()
        message_id = await self.harness.post(self.post(text))
        self.root = self.root or message_id
        await until(lambda: self.stored() > before)
        return message_id

    async def says(self, text: str, reply: str) -> str:
        """Write it, and see that reply; gives the post's id."""
        before = len(await self.sees())
        message_id = await self.writes(text)
        await self.until_sees(lambda seen: len(seen) > before and reply in seen[-1])
        return message_id

    async def sees(self) -> list[str]:
        address = self.sql.execute("select reply_address from messages order by id limit 1").fetchone()
        return await self.harness.visible(ReplyAddress(**address[0])) if address else []

    async def until_sees(self, is_there: Callable[[list[str]], bool]) -> None:
        seen: list[str] = []
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not is_there(seen := await self.sees()):  # noqa: ASYNC110 (a platform tells nobody)
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"not seen: {seen}") from None

    def stored(self, condition: LiteralString = "true") -> int:
        """How many messages of that kind there are."""
        row = self.sql.execute(f"select count(*) from messages where {condition}").fetchone()  # noqa: S608 (our own words)
        assert row is not None
        return int(row[0])


PLATFORMS = (slack_socket_mode, slack_http, slack_emulate, discord, wechat, wechat_npm)


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda made: made.__name__)
async def test_ten_turns(
    platform: Platform, database_url: str, redis_url: str, embedder: Embedder, tgi: FakeTgi
) -> None:
    """All in one conversation, with human agents on another platform."""
    agents = FakePlatform()
    async with platform() as harness:
        served = desk(database_url, redis_url, embedder, tgi.url, harness.adapter, agents, agents=AGENTS)
        async with served as address:
            point_events_at(harness, address)
            with psycopg.connect(database_url, autocommit=True) as sql:
                customer = Customer(harness, sql)
                await ask_and_correct(customer)
                await withdraw(customer)
                await small_talk_and_rating(customer)
                await human_and_back(customer, agents)
                assert await harness.pinged(address_of(sql)) == []


def point_events_at(harness: AdapterHarness, address: str) -> None:
    if isinstance(harness.adapter, WebhookAdapter):
        events_url = f"{address}{harness.adapter.webhook_path}"
        if isinstance(harness, SlackHttpHarness):
            harness.slack.events_url = events_url
        if isinstance(harness, EmulatorHarness):
            harness.events_url = events_url


def address_of(sql: psycopg.Connection) -> ReplyAddress:
    row = sql.execute("select reply_address from messages order by id limit 1").fetchone()
    assert row is not None
    return ReplyAddress(**row[0])


async def ask_and_correct(customer: Customer) -> None:
    """Turns one to four: a question, two follow-ups, and one whose correction changes its answer in its place."""
    for turn in CONVERSATION[:3]:
        await customer.says(turn.question, turn.answer)
    wrong, right = OFF_TOPIC, CONVERSATION[3]
    message_id = await customer.says(wrong, ENGLISH.unknown)
    count = len(await customer.sees())
    if customer.harness.people_change:
        await customer.harness.edit(message_id, customer.post(right.question))
        await customer.until_sees(lambda seen: right.answer in seen[-1])
        assert len(await customer.sees()) == count
    else:
        await customer.says(right.question, right.answer)


async def withdraw(customer: Customer) -> None:
    """Turn five: a question is taken back; it is forgotten, and its answer goes with it where answers can go."""
    turn = CONVERSATION[1]
    before = await customer.sees()
    message_id = await customer.says(turn.question, turn.answer)
    if not customer.harness.people_delete:
        return
    await customer.harness.delete(message_id)
    await until(lambda: customer.stored("state = 'deleted' and text = ''") == 1)
    if customer.harness.adapter.capabilities.edits:
        await customer.until_sees(lambda seen: seen == before)


async def small_talk_and_rating(customer: Customer) -> None:
    """Turns six and seven: thanks, and a thumb down."""
    await customer.says("Thank you!", ENGLISH.thanks)
    await customer.says("👎", ENGLISH.rated_down)
    rows = customer.sql.execute("select rating from ratings").fetchall()
    assert rows == [(-1,)]


async def human_and_back(customer: Customer, agents: FakePlatform) -> None:
    """Turns eight to ten: a human is called, answers from another platform, and hands back."""
    await customer.says("Can I talk to a human?", ENGLISH.handed_off)
    await until(lambda: any("asks for a human" in shown.text for shown in agents.shown))
    [notice] = [shown for shown in agents.shown if "asks for a human" in shown.text]
    assert "Thank you!" in notice.text
    await customer.writes("My card was charged twice.")
    below = ReplyAddress("fake", "", "C2", notice.message_id, notice.message_id)
    silent_since = len(await customer.sees())
    await customer.writes("And when is the money taken?")
    await until(lambda: len(agents.texts_at(below)) == 2)
    await agent_answers(agents, notice, "I am Lin. You get the money back tomorrow.")
    await customer.until_sees(lambda seen: "You get the money back tomorrow." in seen[-1])
    await agents.people_press(notice, "resume", "A1")
    await customer.until_sees(lambda seen: ENGLISH.back in seen[-1])
    assert len(await customer.sees()) == silent_since + 2
    turn = CONVERSATION[2]
    await customer.says(turn.question, turn.answer)


async def agent_answers(agents: FakePlatform, notice: Shown, text: str) -> None:
    said = agents.message(text, channel="C2", thread=notice.message_id, author="A1")
    await agents.people_say(replace(said, sent_at=datetime.now(UTC)))
