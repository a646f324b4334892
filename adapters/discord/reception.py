"""All that comes in through one discord.py client: messages, slash commands and buttons, on their way to `on_event`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import discord

from adapters.base import DeletedMessage, Missed, OnEvent
from adapters.discord.commands import SlashCommands
from adapters.discord.events import MessageEvent, MessageEvents, take_all
from adapters.discord.interactions import Interactions
from adapters.discord.listeners import Listeners
from adapters.discord.parse import parse_message
from adapters.inbox import RETRY_DELAYS_S, Inbox


class Reception:
    """Takes what is the assistant's from a client's events, from `open` until `close`; leaves the rest alone.

    Discord has no acknowledgement of messages: see Inbox for what happens when `on_event` fails.
    """

    def __init__(
        self,
        client: discord.Client,
        on_event: OnEvent,
        missed: Missed | None = None,
        retry_delays_s: Sequence[float] = RETRY_DELAYS_S,
        not_ours: Callable[[discord.Message], Awaitable[bool]] = take_all,
    ) -> None:
        self._client = client
        self._inbox = Inbox(on_event, retry_delays_s)
        since = discord.utils.time_snowflake(missed.since) if missed else 0
        direct_channels = missed.direct_channels if missed else ()
        self._messages = MessageEvents(client, self._receive, since, direct_channels, not_ours)
        self._interactions = Interactions(client, on_event, self._inbox)
        self._commands = SlashCommands(client, self._interactions.on_command)
        handlers = self._messages.handlers | {"on_interaction": self._interactions.on_interaction}
        self._listeners = Listeners(client, handlers | {"on_ready": self._register})

    def open(self) -> None:
        self._commands.add()
        self._listeners.add()

    def catch_up(self) -> None:
        """Do what is done when a client connects, for one that is connected already."""
        self._messages.catch_up()
        self._messages.begin(self._commands.register())

    async def until_connected(self) -> None:
        """Return once messages can arrive."""
        await self._messages.connected.wait()

    async def close(self) -> None:
        """Take nothing more, and let what is being stored finish."""
        self._listeners.remove()
        self._commands.remove()
        await self._messages.close()
        await self._inbox.close()
        await self._interactions.close()

    async def _register(self) -> None:
        """Once the bot's owner has had the time to load commands, and again after a lost session."""
        self._messages.begin(self._commands.register())

    def _receive(self, event: MessageEvent) -> None:
        """Runs for each message event; a message without a user id of ours can't arrive, as READY comes first."""
        if self._client.user is None:
            return
        incoming = event if isinstance(event, DeletedMessage) else parse_message(event, self._client.user.id)
        if incoming is not None:
            self._inbox.put(incoming)
