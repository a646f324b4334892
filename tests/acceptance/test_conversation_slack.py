"""A conversation of five turns in Slack, with Slack's own SDK over real sockets."""

from __future__ import annotations

from contextlib import AsyncExitStack

import psycopg
import pytest

from adapters.slack.adapter import SlackAdapter
from assistant import phrases
from assistant.embedding.base import Embedder
from tests.acceptance.desk import desk
from tests.acceptance.shop import CONVERSATION, OFF_TOPIC
from tests.fakes.slack_server import FakeSlack
from tests.fakes.tgi_server import FakeTgi
from tests.fakes.until import until

SOCKET_MODE, HTTP = "socket mode", "http"


def new_adapter(slack: FakeSlack, mode: str) -> SlackAdapter:
    if mode == SOCKET_MODE:
        return SlackAdapter(slack.bot_token, app_token=slack.app_token, api_url=slack.api_url)
    return SlackAdapter(slack.bot_token, signing_secret=slack.signing_secret, api_url=slack.api_url)


class Customer:
    """Somebody in channel C1, who mentions the assistant once and then goes on in the thread."""

    def __init__(self, slack: FakeSlack) -> None:
        self._slack = slack
        self.thread = ""
        self.last_post = ""

    async def says(self, text: str) -> str:
        """Post it, and give the assistant's reply as it stands in the thread when it is complete."""
        before = len(self.replies())
        mention = "" if self.thread else f"{self._slack.bot_mention} "
        self.last_post = await self._slack.post(f"{mention}{text}", channel="C1", thread_ts=self.thread)
        self.thread = self.thread or self.last_post
        await until(lambda: len(self.replies()) > before and not self.replies()[-1].endswith("…"))
        await self._slack.settled(self.last_post)
        return self.replies()[-1]

    def replies(self) -> list[str]:
        return [message.text for message in self._slack.messages("C1", self.thread)] if self.thread else []


@pytest.mark.parametrize("mode", [SOCKET_MODE, HTTP])
async def test_five_turns_are_answered_in_their_thread(
    mode: str, database_url: str, redis_url: str, embedder: Embedder, tgi: FakeTgi
) -> None:
    """Only the first turn names the assistant, and the last answer needs what was said in the first."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(FakeSlack())
        adapter = new_adapter(slack, mode)
        address = await stack.enter_async_context(desk(database_url, redis_url, embedder, tgi.url, adapter))
        slack.events_url = f"{address}/slack/events" if mode == HTTP else ""
        customer = Customer(slack)
        for turn in CONVERSATION:
            reply = await customer.says(turn.question)
            assert turn.answer in reply
            title, heading = turn.heading.split(" > ")
            sources = reply[reply.index(turn.answer) + len(turn.answer) :]
            assert title in sources
            assert heading in sources
            # Slack lost our acknowledgement: the post comes once more, and is answered no second time.
            slack.redeliver(customer.last_post)
            await slack.settled(customer.last_post)
            assert slack.acknowledged(customer.last_post)
        assert await customer.says(OFF_TOPIC) == phrases.ENGLISH.unknown
        assert len(customer.replies()) == len(CONVERSATION) + 1
        assert slack.messages("C1") == []
        assert slack.pings("C1", customer.thread) == []
    assert len(tgi.generations) == len(CONVERSATION)
    _assert_all_was_sent(database_url)


async def test_off_topic_question_is_refused_without_the_model(
    database_url: str, redis_url: str, embedder: Embedder, tgi: FakeTgi
) -> None:
    """Nothing in the FAQ is near: the model is not even asked, and talk among people is none of the assistant's."""
    async with (
        FakeSlack() as slack,
        desk(database_url, redis_url, embedder, tgi.url, new_adapter(slack, SOCKET_MODE)),
    ):
        overheard = await slack.post("lunch at noon?", channel="C1")
        assert await Customer(slack).says(OFF_TOPIC) == phrases.ENGLISH.unknown
        await slack.settled(overheard)
        assert slack.messages("C1", overheard) == []
    assert tgi.generations == []


async def test_two_conversations_do_not_mix(
    database_url: str, redis_url: str, embedder: Embedder, tgi: FakeTgi
) -> None:
    """Who told the plan in one thread has not told it in another."""
    async with (
        FakeSlack() as slack,
        desk(database_url, redis_url, embedder, tgi.url, new_adapter(slack, SOCKET_MODE)),
    ):
        informed, stranger = Customer(slack), Customer(slack)
        await informed.says(CONVERSATION[0].question)
        reply = await stranger.says(CONVERSATION[-1].question)
        assert CONVERSATION[-1].answer not in reply
        assert len(informed.replies()) == len(stranger.replies()) == 1
    prompts = [tgi.prompt_of(request) for request in tgi.generations]
    assert CONVERSATION[0].question in prompts[0]
    assert CONVERSATION[0].question not in prompts[1]


def _assert_all_was_sent(database_url: str) -> None:
    """Nothing is left over, and each answer can be explained."""
    with psycopg.connect(database_url) as connection:
        states = connection.execute("select state, count(*) from deliveries group by state").fetchall()
        traces = connection.execute(
            "select count(*) from traces t join replies r on r.id = t.reply_id where r.decision = 'answered'"
            " and t.prompt <> '' and t.model_id <> '' and t.prompt_version like 'llama2/%'"
        ).fetchone()
    assert states == [("sent", len(CONVERSATION) + 1)]
    assert traces == (len(CONVERSATION),)
