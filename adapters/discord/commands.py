"""The slash commands: what they are called, what becomes of them, and their registration with Discord.

https://docs.discord.com/developers/interactions/application-commands (checked 2026-02).
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import discord
from discord import app_commands

from adapters.base import CommandName, IncomingMessage
from adapters.discord.parse import spoken_text
from adapters.discord.places import address_at, place_of

_log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]
AnyCommand = app_commands.Command[Any, ..., Any]
OnCommand = Callable[[Interaction, CommandName | None, str], Awaitable[None]]

IN_SERVERS_AND_DIRECT = app_commands.AppCommandContext(guild=True, dm_channel=True)
INSTALLED_IN_SERVERS = app_commands.AppInstallationType(guild=True)
# Discord derives it from the contexts, and does not give it back as it was told.
_NOT_COMPARED = {"dm_permission"}


class SlashCommands:
    """Our commands in a client's tree, beside those that others have put there, from `add` until `remove`.

    Each is given to `on_command` with its name (None: it is a question) and what was written behind it.
    """

    def __init__(self, client: discord.Client, on_command: OnCommand) -> None:
        self._client = client
        self._tree = tree_of(client)
        self._commands = _commands(on_command)
        self._added: list[AnyCommand] = []

    def add(self) -> None:
        """Take effect. A name that is taken by another's command is left to that, and so is a tree that is full."""
        for command in self._commands:
            if command in self._added:
                continue
            try:
                self._tree.add_command(command)
            except (app_commands.CommandAlreadyRegistered, app_commands.CommandLimitReached) as exc:
                facts = {"action": "discord_command_left_out", "command": command.name, "error": type(exc).__name__}
                _log.warning("the bot has that slash command, or no room for more: ours is left out", extra=facts)
            else:
                self._added.append(command)

    def remove(self) -> None:
        """Undo `add`, as far as it took effect."""
        for command in self._added:
            if self._tree.get_command(command.name) is command:
                self._tree.remove_command(command.name)
        self._added.clear()

    async def register(self) -> None:
        """Tell Discord of those commands that it does not know as they are, and leave all others alone. Without it the
        commands don't show, and everything else works: a failure is logged."""
        application_id = self._client.application_id
        if application_id is None:
            return
        try:
            registered = {known["name"]: known for known in await self._client.http.get_global_commands(application_id)}
            for command in self._added:
                wanted: Any = command.to_dict(self._tree)
                if not same(wanted, registered.get(command.name)):
                    await self._client.http.upsert_global_command(application_id, wanted)
        except (discord.DiscordException, aiohttp.ClientError, OSError, KeyError, TypeError) as exc:
            facts = {"action": "discord_commands_unregistered", "error": type(exc).__name__}
            _log.warning(
                "slash commands could not be registered: invite the bot with applications.commands", extra=facts
            )


def tree_of(client: discord.Client) -> app_commands.CommandTree[Any]:
    """Give the client's command tree; one that it has not is made, as a client can have one only."""
    tree = getattr(client, "tree", None)
    if isinstance(tree, app_commands.CommandTree):
        return tree
    # A tree tells its client's connection of itself, under whatever name its owner keeps it.
    return client._connection._command_tree or app_commands.CommandTree(client)


def parse_command(
    interaction: Interaction, command: CommandName | None, text: str, bot_id: int
) -> IncomingMessage | None:
    """Give the command as a message whose reply is its author's alone; None where Discord does not tell the place."""
    channel = interaction.channel
    if channel is None:
        return None
    user = interaction.user
    token = f"{interaction.application_id}:{interaction.token}"
    place = place_of(channel, channel.id, interaction.guild_id)
    return IncomingMessage(
        address=address_at(place, interaction.id, visible_to=str(user.id), interaction=token),
        author_id=str(user.id),
        author_name=user.display_name,
        text=spoken_text(text, interaction.guild, bot_id),
        sent_at=interaction.created_at,
        mentions_assistant=command is None,
        command=command,
    )


def same(wanted: object, registered: object) -> bool:
    """Whether Discord knows a command as it is wanted; it adds fields of its own, and leaves out empty ones."""
    if isinstance(wanted, dict) and isinstance(registered, dict):
        return all(same(wanted[key], registered.get(key)) for key in wanted.keys() - _NOT_COMPARED)
    if isinstance(wanted, list) and isinstance(registered, list):
        return len(wanted) == len(registered) and all(map(same, wanted, registered))
    return wanted == registered or not (wanted or registered)


def _commands(on_command: OnCommand) -> tuple[AnyCommand, ...]:
    @app_commands.describe(text="Your question")
    async def ask(interaction: Interaction, text: str) -> None:
        await on_command(interaction, None, text)

    @app_commands.describe(text="What it is about")
    async def human(interaction: Interaction, text: str = "") -> None:
        await on_command(interaction, "human", text)

    async def forget(interaction: Interaction) -> None:
        await on_command(interaction, "forget", "")

    async def sources(interaction: Interaction) -> None:
        await on_command(interaction, "sources", "")

    described: dict[str, tuple[str, Any]] = {
        "ask": ("Ask the assistant: only you see its answer", ask),
        "human": ("Ask for a human colleague", human),
        "forget": ("Let the assistant forget what you wrote to it", forget),
        "sources": ("Show what the last answer was taken from", sources),
    }
    return tuple(
        app_commands.Command(
            name=name,
            description=description,
            callback=callback,
            allowed_contexts=IN_SERVERS_AND_DIRECT,
            allowed_installs=INSTALLED_IN_SERVERS,
        )
        for name, (description, callback) in described.items()
    )
