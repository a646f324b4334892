"""Discord on a real socket: gateway and REST API for tests, with people who write and an outside that fails."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fakes.discord_gateway import FakeGateway
from tests.fakes.discord_interactions import Interaction
from tests.fakes.discord_rest import FakeRest
from tests.fakes.discord_world import Json, World

GOOD_TOKEN = "discord-good-token"
BASE = "/api/v10"


class FakeDiscord:
    """`async with FakeDiscord() as discord` listens at `api_url` and `gateway_url` until the end.

    State is in `world`, connections are in `gateway` (drop, forget_sessions, close_all…), failures in `rest.failures`.
    """

    def __init__(self, token: str = GOOD_TOKEN) -> None:
        self.token = token
        self.world = World()
        self.gateway = FakeGateway(self.world, token)
        self.rest = FakeRest(self.world, self.gateway, token)
        self.api_url = ""
        self.gateway_url = ""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes([*self.rest.routes(BASE), web.get("/gateway/", self.gateway.handle)])
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.api_url = f"http://127.0.0.1:{port}{BASE}"
        self.gateway_url = self.gateway.url = f"ws://127.0.0.1:{port}/gateway/"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.rest.release()
        await self.gateway.close_all()
        if self._runner is not None:
            await self._runner.cleanup()

    async def post(
        self,
        text: str,
        *,
        author: str = "alice",
        channel: str = "",
        mention: bool = False,
        mention_other: bool = False,
        direct: bool = False,
        in_thread_of: str | None = None,
        bot: bool = False,
        **fields: Any,
    ) -> Json:
        """Give the message that a person has written; its events are on their way to every connected client.

        `channel` is an id, by default #general's. `in_thread_of` opens a thread below that message where there is none.
        """
        user = self.world.user(author, bot=bot)
        if direct:
            channel = self.world.direct_channel(user)["id"]
        elif in_thread_of:
            channel = await self._thread_below(in_thread_of, user)
        content = self.content(text, mention, mention_other)
        message = self.world.add_message(channel or self.world.general, user, content, **fields)
        await self.gateway.dispatch("MESSAGE_CREATE", message)
        return message

    def content(self, text: str, mention: bool = False, mention_other: bool = False) -> str:
        """Give the text as it is written when it names the assistant or somebody else."""
        named = self.world.bot if mention else self.world.user("bob") if mention_other else None
        return f"<@{named['id']}> {text}" if named else text

    async def command(
        self, name: str, text: str = "", *, author: str = "alice", channel: str = "", direct: bool = False
    ) -> Interaction:
        """Let somebody give a slash command, by default in #general."""
        user = self.world.user(author)
        place = self.world.direct_channel(user) if direct else self.world.channels[channel or self.world.general]
        return await self.rest.interactions.command(name, {"text": text} if text else {}, user, place)

    async def press(self, message_id: str, button: str, *, author: str = "alice") -> Interaction:
        """Let somebody press the button of that name below a message, which must have it."""
        message = self._with_buttons(message_id)
        [custom_id] = [found for found in custom_ids(message) if found.endswith(button)]
        return await self.rest.interactions.press(custom_id, message, self.world.user(author))

    async def edit(self, message_id: str, content: str) -> None:
        """Let the author of a message change it."""
        message = self.world.message(message_id)
        self.world.edit_message(message, content)
        await self.gateway.dispatch("MESSAGE_UPDATE", dict(message))

    async def preview(self, message_id: str) -> None:
        """Let Discord add a link's preview to the message, which changes no word of it."""
        message = self.world.message(message_id)
        message["embeds"] = [{"type": "link", "url": "https://x.example", "title": "X"}]
        await self.gateway.dispatch("MESSAGE_UPDATE", dict(message))

    async def delete(self, *message_ids: str) -> None:
        """Let somebody take messages of one channel away, several at once."""
        deleted = [self.world.delete_message(message_id) for message_id in message_ids]
        if len(deleted) == 1:
            await self.gateway.dispatch("MESSAGE_DELETE", deleted[0])
        else:
            place = {key: value for key, value in deleted[0].items() if key != "id"}
            await self.gateway.dispatch("MESSAGE_DELETE_BULK", place | {"ids": list(message_ids)})

    async def redeliver(self, message_id: str) -> None:
        """Send the event of an earlier message once more."""
        await self.gateway.dispatch("MESSAGE_CREATE", self.world.message(message_id))

    def messages(self, channel: str, thread: str = "") -> list[Json]:
        """Give the assistant's own messages in a thread, if it is there, else in the channel; oldest first."""
        place = thread if thread in self.world.channels else channel
        return [m for m in self.world.messages.get(place, []) if m["author"]["id"] == self.world.bot["id"]]

    def _with_buttons(self, message_id: str) -> Json:
        private = [m for each in self.rest.interactions.all for m in each.messages if m["id"] == message_id]
        return private[0] if private else self.world.message(message_id)

    async def _thread_below(self, message_id: str, owner: Json) -> str:
        if message_id not in self.world.channels:
            thread = self.world.add_thread(self.world.general, message_id, "a thread", owner["id"])
            await self.gateway.dispatch("THREAD_CREATE", thread | {"newly_created": True})
        return message_id


def custom_ids(message: Json) -> list[str]:
    """Give what the buttons below a message are known by, in the order shown."""
    return [button["custom_id"] for row in message["components"] for button in row["components"]]
