"""Slash commands and buttons of the fake Discord: people who use them, and the calls that answer them.

Rules: https://docs.discord.com/developers/interactions/receiving-and-responding (checked 2026-02).
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import web

from tests.fakes.discord_answers import Refusal, answer_json, content_of
from tests.fakes.discord_gateway import FakeGateway
from tests.fakes.discord_world import Json, World

COMMAND, COMPONENT = 2, 3
MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE = 4, 5, 6
EPHEMERAL, LOADING = 1 << 6, 1 << 7
UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION = 10008, 10015, 10062
ALREADY_ACKNOWLEDGED, WRONG_WEBHOOK_TOKEN = 40060, 50027

Route = Callable[[web.Request], Awaitable[web.Response]]


class Answering(Protocol):
    def __call__(self, route: Route, needs_token: bool = True) -> Route: ...


@dataclass
class Interaction:
    """One command or press: `payload` is its event, `messages` what answers it, the original first, and
    `allowed_mentions` whom each of these texts may ping."""

    payload: Json
    began: float = field(default_factory=time.monotonic)
    response: int | None = None
    is_over: bool = False
    messages: list[Json] = field(default_factory=list)
    allowed_mentions: list[list[str]] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        """The texts that this person alone was shown; "is thinking…" is none."""
        return [m["content"] for m in self.messages if m["flags"] & EPHEMERAL and not m["flags"] & LOADING]


class FakeInteractions:
    """`registered` are the application's global commands. `answer_within_s` is the time to acknowledge one."""

    def __init__(self, world: World, gateway: FakeGateway) -> None:
        self.world, self.gateway = world, gateway
        self.registered: list[Json] = []
        self.all: list[Interaction] = []
        self.answer_within_s = 3.0

    def find(self, key: str) -> Interaction:
        """Give the interaction of that id or token."""
        return next(each for each in self.all if key in (each.payload["id"], each.payload["token"]))

    async def command(self, name: str, options: dict[str, str], author: Json, channel: Json) -> Interaction:
        """Let somebody give a slash command."""
        given = [{"name": key, "type": 3, "value": value} for key, value in options.items()]
        data = {"id": self.world.new_id(), "name": name, "type": 1, "options": given}
        return await self._begin(COMMAND, data, author, channel)

    async def press(self, custom_id: str, message: Json, author: Json) -> Interaction:
        """Let somebody press a button below a message."""
        channel = self.world.channels[message["channel_id"]]
        data = {"id": 1, "custom_id": custom_id, "component_type": 2}
        return await self._begin(COMPONENT, data, author, channel, message=message)

    async def _begin(self, kind: int, data: Json, author: Json, channel: Json, **fields: Json) -> Interaction:
        is_direct = "guild_id" not in channel
        token = f"aW50ZXJhY3Rpb246{self.world.new_id()}"
        payload = {"id": self.world.new_id(), "token": token, "application_id": self.world.bot["id"], "type": kind}
        payload |= {"version": 1, "data": data, "channel": channel, "channel_id": channel["id"], "locale": "en-US"}
        payload |= {"attachment_size_limit": 10485760, "app_permissions": "442368", "entitlements": []}
        payload |= {"authorizing_integration_owners": {"0": "0" if is_direct else self.world.guild_id}}
        payload |= {"context": 1 if is_direct else 0, **fields}
        if is_direct:
            payload["user"] = author
        else:
            guild = {"id": self.world.guild_id, "locale": "en-US", "features": []}
            member = self.world.member(author) | {"user": author, "permissions": "442368"}
            payload |= {"guild_id": self.world.guild_id, "guild": guild, "member": member, "guild_locale": "en-US"}
        interaction = Interaction(payload)
        self.all.append(interaction)
        await self.gateway.dispatch("INTERACTION_CREATE", payload)
        return interaction

    def routes(self, base: str, answering: Answering) -> list[web.RouteDef]:
        original = base + "/webhooks/{application}/{token}/messages/@original"
        commands = base + "/applications/{application}/commands"
        return [
            web.post(base + "/interactions/{interaction}/{token}/callback", answering(self._respond, False)),
            web.get(original, answering(self._original, False)),
            web.patch(original, answering(self._edit_original, False)),
            web.post(base + "/webhooks/{application}/{token}", answering(self._follow_up, False)),
            web.get(commands, answering(self._commands)),
            web.post(commands, answering(self._create_command)),
        ]

    async def _respond(self, request: web.Request) -> web.Response:
        interaction, payload = self._known(request), await request.json()
        if time.monotonic() - interaction.began > self.answer_within_s:
            raise Refusal(404, UNKNOWN_INTERACTION, "Unknown interaction")
        if interaction.response is not None:
            raise Refusal(400, ALREADY_ACKNOWLEDGED, "Interaction has already been acknowledged.")
        interaction.response = payload["type"]
        about = {"id": interaction.payload["id"], "type": interaction.payload["type"]}
        if payload["type"] == DEFERRED_UPDATE:
            return answer_json({"interaction": about, "resource": {"type": DEFERRED_UPDATE}})
        data = payload.get("data") or {}
        is_open = payload["type"] == DEFERRED_MESSAGE
        flags = data.get("flags", 0) | (LOADING if is_open else 0)
        message = self._add(interaction, "" if is_open else content_of(data), flags, data)
        return answer_json({"interaction": about, "resource": {"type": payload["type"], "message": message}})

    async def _original(self, request: web.Request) -> web.Response:
        return answer_json(self._first(self._answered(request)))

    async def _edit_original(self, request: web.Request) -> web.Response:
        message, payload = self._first(self._answered(request)), await request.json()
        kept = message["flags"] & EPHEMERAL
        self._known(request).allowed_mentions.append(payload["allowed_mentions"]["parse"])
        message |= {"content": content_of(payload), "flags": kept | payload.get("flags", 0)}
        message |= {"components": payload.get("components", message["components"])}
        return answer_json(message)

    async def _follow_up(self, request: web.Request) -> web.Response:
        interaction, payload = self._answered(request), await request.json()
        interaction.allowed_mentions.append(payload["allowed_mentions"]["parse"])
        return answer_json(self._add(interaction, content_of(payload), payload.get("flags", 0), payload))

    async def _commands(self, request: web.Request) -> web.Response:
        return answer_json(self.registered)

    async def _create_command(self, request: web.Request) -> web.Response:
        command = {"id": self.world.new_id(), "version": self.world.new_id(), **(await request.json())}
        # Discord leaves out what is empty.
        command = {key: value for key, value in command.items() if value not in (False, [], None)}
        self.registered = [known for known in self.registered if known["name"] != command["name"]] + [command]
        return answer_json(command, 201)

    def _add(self, interaction: Interaction, content: str, flags: int, payload: Json) -> Json:
        about = {"id": interaction.payload["id"], "type": interaction.payload["type"], "user": self.world.bot}
        message = {"id": self.world.new_id(), "channel_id": interaction.payload["channel_id"], "author": self.world.bot}
        message |= {"content": content, "flags": flags, "type": 20, "timestamp": "2026-02-01T00:00:00+00:00"}
        message |= {"edited_timestamp": None, "tts": False, "attachments": [], "embeds": [], "pinned": False}
        message |= {"mentions": [], "mention_roles": [], "mention_everyone": False}
        message |= {"components": payload.get("components", []), "webhook_id": self.world.bot["id"]}
        message |= {"interaction_metadata": about | {"authorizing_integration_owners": {}}}
        interaction.messages.append(message)
        return message

    def _known(self, request: web.Request) -> Interaction:
        token = request.match_info["token"]
        found = [each for each in self.all if each.payload["token"] == token]
        if not found:
            raise Refusal(404, UNKNOWN_INTERACTION, "Unknown interaction")
        return found[0]

    def _answered(self, request: web.Request) -> Interaction:
        interaction = self._known(request)
        if interaction.is_over:
            raise Refusal(401, WRONG_WEBHOOK_TOKEN, "Invalid Webhook Token")
        if interaction.response is None:
            raise Refusal(404, UNKNOWN_WEBHOOK, "Unknown Webhook")
        return interaction

    @staticmethod
    def _first(interaction: Interaction) -> Json:
        if not interaction.messages:
            raise Refusal(404, UNKNOWN_MESSAGE, "Unknown Message")
        return interaction.messages[0]
