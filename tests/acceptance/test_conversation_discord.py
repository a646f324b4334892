"""A conversation of five turns in Discord, with discord.py over real sockets."""

from __future__ import annotations

from adapters.discord.adapter import DiscordAdapter
from assistant import phrases
from assistant.embedding.base import Embedder
from tests.acceptance.desk import desk
from tests.acceptance.shop import CONVERSATION, OFF_TOPIC
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.tgi_server import FakeTgi
from tests.fakes.until import until


class Customer:
    """Somebody in #general, who mentions the assistant once and then goes on in the thread below."""

    def __init__(self, discord: FakeDiscord) -> None:
        self._discord = discord
        self.thread = ""
        self.last_post = ""

    async def says(self, text: str) -> str:
        """Post it, and give the assistant's reply as it stands in the thread."""
        before = len(self.replies())
        post = await self._discord.post(text, mention=not self.thread, in_thread_of=self.thread or None)
        self.last_post = post["id"]
        self.thread = self.thread or self.last_post
        await until(lambda: len(self.replies()) > before and not self.replies()[-1].endswith("…"))
        return self.replies()[-1]

    def replies(self) -> list[str]:
        if self.thread not in self._discord.world.channels:
            return []
        return [message["content"] for message in self._discord.messages(self._discord.world.general, self.thread)]


async def test_five_turns_are_answered_in_their_thread(
    database_url: str, redis_url: str, embedder: Embedder, tgi: FakeTgi
) -> None:
    """Only the first turn names the assistant, and the last answer needs what was said in the first."""
    async with FakeDiscord() as discord:
        adapter = DiscordAdapter(discord.token, discord.api_url, discord.gateway_url)
        async with desk(database_url, redis_url, embedder, tgi.url, adapter):
            customer = Customer(discord)
            for turn in CONVERSATION:
                reply = await customer.says(turn.question)
                assert turn.answer in reply
                title, heading = turn.heading.split(" > ")
                sources = reply[reply.index(turn.answer) + len(turn.answer) :]
                assert title in sources
                assert heading in sources
                await discord.redeliver(customer.last_post)
            assert await customer.says(OFF_TOPIC) == phrases.ENGLISH.unknown
            assert len(customer.replies()) == len(CONVERSATION) + 1
            assert discord.messages(discord.world.general) == []
    assert len(tgi.generations) == len(CONVERSATION)


async def test_direct_messages_are_a_conversation_too(
    database_url: str, redis_url: str, embedder: Embedder, tgi: FakeTgi
) -> None:
    """Without any mention, in the private chat."""
    async with FakeDiscord() as discord:
        adapter = DiscordAdapter(discord.token, discord.api_url, discord.gateway_url)
        async with desk(database_url, redis_url, embedder, tgi.url, adapter):
            for number, turn in enumerate(CONVERSATION[:2], start=1):
                post = await discord.post(turn.question, direct=True)
                chat = post["channel_id"]
                await until(lambda number=number, chat=chat: len(discord.messages(chat)) >= number)  # type: ignore[misc]
                assert turn.answer in discord.messages(chat)[-1]["content"]
            assert len(discord.messages(chat)) == 2
