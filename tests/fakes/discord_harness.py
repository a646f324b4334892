"""The fake Discord as the adapter contract uses it: by an adapter of its own, or inside somebody else's bot."""

from __future__ import annotations

import asyncio

import discord as discord_py
from discord.ext import commands

from adapters.base import ButtonName, ChatAdapter, Missed, OnEvent, ReplyAddress
from adapters.discord.adapter import DiscordAdapter
from adapters.discord.cog import attach
from adapters.discord.servers import Servers
from tests.contracts.adapter_harness import AdapterHarness, Post
from tests.fakes.discord_rest import Failure
from tests.fakes.discord_server import FakeDiscord, custom_ids
from tests.fakes.until import until


class DiscordHarness(AdapterHarness):
    acknowledges = False
    tells_missed = True
    has_commands = True
    token_setting = "DISCORD_BOT_TOKEN"

    def __init__(self, discord: FakeDiscord) -> None:
        self.discord = discord
        self.unknown_channel = discord.world.new_id()
        self.adapter = self._adapter(discord.token)

    def _adapter(self, token: str) -> ChatAdapter:
        return DiscordAdapter(token, self.discord.api_url, self.discord.gateway_url)

    def with_wrong_token(self) -> ChatAdapter:
        return self._adapter("a-wrong-token")

    async def post(self, post: Post) -> str:
        files = [self.discord.world.attachment(name) for name in post.attachments]
        message = await self.discord.post(
            post.text,
            author=self._author(post),
            mention=post.mention,
            mention_other=post.mention_other,
            direct=post.direct,
            in_thread_of=post.in_thread_of,
            bot=post.bot or post.own,
            attachments=files,
        )
        return str(message["id"])

    @staticmethod
    def _author(post: Post) -> str:
        return "assistant" if post.own else "another bot" if post.bot else post.author

    async def edit(self, message_id: str, post: Post) -> None:
        await self.discord.edit(message_id, self.discord.content(post.text, post.mention, post.mention_other))

    async def delete(self, message_id: str) -> None:
        await self.discord.delete(message_id)

    async def preview(self, message_id: str) -> None:
        await self.discord.preview(message_id)

    async def unheard(self, post: Post) -> str:
        return await self.post(post)

    async def direct_channel(self, author: str = "U1") -> str:
        return str(self.discord.world.direct_channel(self.discord.world.user(author))["id"])

    async def lose_answer(self) -> None:
        self.discord.rest.failures.append(Failure("POST .*/messages$", 0, accepted=True))
        self.discord.world.remembers_nonces = False

    async def redeliver(self, message_id: str) -> None:
        await self.discord.redeliver(message_id)

    async def command(self, name: str, text: str = "", author: str = "U1") -> None:
        await self.discord.command(name, text, author=author)

    async def press(self, address: ReplyAddress, message_id: str, button: ButtonName, author: str = "U1") -> str:
        interaction = await self.discord.press(message_id, button, author=author)
        await until(lambda: interaction.response is not None)
        return "".join(interaction.words)

    async def buttons(self, address: ReplyAddress) -> list[tuple[str, ...]]:
        messages = self.discord.messages(address.channel, address.thread)
        return [tuple(found.removeprefix("llamadesk:") for found in custom_ids(message)) for message in messages]

    async def private(self, address: ReplyAddress) -> list[str]:
        if address.interaction:
            return self.discord.rest.interactions.find(address.message_id).words
        person = next(user for user in self.discord.world.users.values() if user["id"] == address.visible_to)
        return [
            message["content"] for message in self.discord.messages(self.discord.world.direct_channel(person)["id"])
        ]

    async def working(self, address: ReplyAddress) -> bool:
        place = address.thread if address.thread in self.discord.world.channels else address.channel
        return self.discord.world.is_typing(place)

    async def visible(self, address: ReplyAddress) -> list[str]:
        return [message["content"] for message in self.discord.messages(address.channel, address.thread)]

    async def pinged(self, address: ReplyAddress) -> list[str]:
        messages = self.discord.messages(address.channel, address.thread)
        return [ping for message in messages for ping in self.discord.world.pings[message["id"]]]

    async def close(self) -> None:
        await self.adapter.close()


class AttachedHarness(DiscordHarness):
    """The assistant in a bot of discord.py's, which is connected by its owner `before` or after the adapter starts."""

    token_setting = ""

    def __init__(self, discord: FakeDiscord, bot: discord_py.Client, *, before: bool) -> None:
        self.bot = bot
        self._before = before
        self._servers = Servers(discord.api_url, discord.gateway_url)
        self._running: asyncio.Task[None] | None = None
        super().__init__(discord)

    def _adapter(self, token: str) -> ChatAdapter:
        return attach(self.bot)

    async def start(self, on_event: OnEvent, missed: Missed | None = None) -> None:
        if self._before:
            await self.connect()
        await self.adapter.start(on_event, missed)
        if not self._before:
            await self.connect()

    async def connect(self) -> None:
        """Start the bot as its owner does, and wait until it is ready."""
        self._servers.use()
        self._running = asyncio.create_task(self.bot.start(self.discord.token))
        await until(self.bot.is_ready)

    async def close(self) -> None:
        await self.adapter.close()
        await self.bot.close()
        if self._running is not None:
            await asyncio.wait([self._running])
        self._servers.restore()


def somebodys_bot() -> commands.Bot:
    """Give a bot as its owner made it, with a command of each kind."""
    intents = discord_py.Intents(guilds=True, messages=True, message_content=True)
    bot = commands.Bot(command_prefix="!", intents=intents, guild_ready_timeout=0.2)

    @bot.command()
    async def ping(context: commands.Context[commands.Bot]) -> None:
        await context.send("pong")

    @bot.tree.command(description="Rolls a die")
    async def roll(interaction: discord_py.Interaction) -> None:
        await interaction.response.send_message("four")

    return bot
