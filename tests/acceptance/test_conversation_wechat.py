"""A conversation of five turns in WeChat: through Wechaty's own gateway, and through one that loses an answer."""

from __future__ import annotations

from typing import LiteralString

import psycopg
import pytest

from adapters.wechat.adapter import WechatAdapter
from assistant import phrases
from assistant.embedding.base import Embedder
from tests.acceptance.desk import desk
from tests.acceptance.shop import CONVERSATION, OFF_TOPIC
from tests.contracts.adapter_harness import Post
from tests.fakes.tgi_server import FakeTgi
from tests.fakes.until import until
from tests.fakes.wechat_gateway import FakeGateway
from tests.fakes.wechat_npm_gateway import NpmGateway, missing, npm_gateway
from tests.fakes.wechat_npm_harness import NpmHarness

STATES: LiteralString = "select state from deliveries"


class Customer:
    """Somebody in a room, who names the assistant each time, as rooms have no threads."""

    def __init__(self, gateway: NpmGateway, harness: NpmHarness) -> None:
        self._gateway = gateway
        self._harness = harness

    async def says(self, text: str) -> str:
        """Write it, and give the assistant's reply as the room shows it."""
        before = len(self.replies())
        self.last_post = await self._harness.post(Post(text, mention=True))
        await until(lambda: len(self.replies()) > before)
        return self.replies()[-1]

    def replies(self) -> list[str]:
        sent = self._gateway.do("sent")
        return [each["text"] for each in sent if each["conversationId"] == self._harness.room_id]


@pytest.mark.skipif(bool(missing()), reason=missing())
async def test_five_turns_are_answered_in_their_room(
    database_url: str, redis_url: str, embedder: Embedder, tgi: FakeTgi
) -> None:
    """Each reply names the asker and its sources, and the last answer needs what was said in the first turn."""
    with npm_gateway() as gateway:
        harness = NpmHarness(gateway)
        async with desk(database_url, redis_url, embedder, tgi.url, harness.adapter):
            customer = Customer(gateway, harness)
            for turn in CONVERSATION:
                reply = await customer.says(turn.question)
                assert reply.startswith("@张三\u2005")
                assert turn.answer in reply
                title, heading = turn.heading.split(" > ")
                sources = reply[reply.index(turn.answer) + len(turn.answer) :]
                assert title in sources
                assert heading in sources
                await harness.redeliver(customer.last_post)
            assert phrases.ENGLISH.unknown in await customer.says(OFF_TOPIC)
            assert len(customer.replies()) == len(CONVERSATION) + 1
    assert len(tgi.generations) == len(CONVERSATION)


async def test_reply_whose_answer_was_lost_is_marked_and_never_sent_again(
    database_url: str, redis_url: str, embedder: Embedder, tgi: FakeTgi
) -> None:
    """It stands there once; the next question is answered as ever."""
    async with FakeGateway() as gateway:
        adapter = WechatAdapter(gateway.token, gateway.endpoint)
        async with desk(database_url, redis_url, embedder, tgi.url, adapter):
            gateway.loses = 1
            for number, turn in enumerate(CONVERSATION[:2], start=1):
                gateway.tell(gateway.world.write("U1", turn.question))
                await until(lambda number=number: len(gateway.world.sent) >= number)  # type: ignore[misc]
                assert turn.answer in gateway.world.sent[-1][1].text
            with psycopg.connect(database_url, autocommit=True) as sql:
                await until(lambda: sorted(row[0] for row in sql.execute(STATES)) == ["sent", "unknown"])
            assert len(gateway.world.sent) == 2
