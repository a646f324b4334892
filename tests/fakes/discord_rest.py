"""The REST API of the fake Discord, as far as a bot that talks needs it, with Discord's own refusals."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from tests.fakes.discord_answers import INVALID_FORM, Refusal, answer_json, content_of
from tests.fakes.discord_gateway import FakeGateway
from tests.fakes.discord_interactions import FakeInteractions
from tests.fakes.discord_limits import Bucket
from tests.fakes.discord_world import TEXT, Json, World

UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, NO_PERMISSION = 10003, 10008, 50013
CANNOT_EDIT, NO_DIRECT_MESSAGES = 50005, 50007
WRONG_CHANNEL_TYPE, THREAD_EXISTS = 50024, 160004
MAX_THREAD_NAME = 100


Route = Callable[[web.Request], Awaitable[web.Response]]


@dataclass
class Failure:
    """What the next `times` requests whose "METHOD /path" matches `request` meet, in place of their answer.

    `status` 0 breaks the connection, and `hangs` leaves it open without an answer. `accepted`: the call does its work
    before that, and only the answer is lost.
    """

    request: str
    status: int = 503
    times: int = 1
    accepted: bool = False
    hangs: bool = False
    body: Json = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


def rate_limit(request: str, retry_after_s: float, times: int = 1, *, is_global: bool = False) -> Failure:
    """The answer of a used-up rate limit; discord.py tells it from a ban by the Via header."""
    headers = {"Via": "1.1 google", "Retry-After": str(retry_after_s), "X-RateLimit-Remaining": "0"}
    body = {"message": "You are being rate limited.", "retry_after": retry_after_s, "global": is_global}
    headers |= {"X-RateLimit-Global": "true"} if is_global else {}
    return Failure(request, 429, times, body=body, headers=headers)


class FakeRest:
    """`calls` is "METHOD /path" for every request that came with the right token."""

    def __init__(self, world: World, gateway: FakeGateway, token: str) -> None:
        self.world, self.gateway, self.token = world, gateway, token
        self.interactions = FakeInteractions(world, gateway)
        self.failures: list[Failure] = []
        self.buckets: list[Bucket] = []
        self.calls: list[str] = []
        self.payloads: list[Json] = []
        self._never = asyncio.Event()

    def release(self) -> None:
        """End the calls that hang."""
        self._never.set()

    def routes(self, base: str) -> list[web.RouteDef]:
        return [
            web.get(base + "/users/@me", self._answering(self._me)),
            web.get(base + "/oauth2/applications/@me", self._answering(self._application)),
            web.get(base + "/gateway/bot", self._answering(self._gateway)),
            web.get(base + "/channels/{channel}", self._answering(self._channel)),
            web.get(base + "/channels/{channel}/messages", self._answering(self._history)),
            web.post(base + "/channels/{channel}/messages", self._answering(self._create_message)),
            web.get(base + "/channels/{channel}/messages/{message}", self._answering(self._message)),
            web.patch(base + "/channels/{channel}/messages/{message}", self._answering(self._edit_message)),
            web.delete(base + "/channels/{channel}/messages/{message}", self._answering(self._delete_message)),
            web.post(base + "/channels/{channel}/messages/{message}/threads", self._answering(self._create_thread)),
            web.put(
                base + "/channels/{channel}/messages/{message}/reactions/{emoji}/@me", self._answering(self._react)
            ),
            web.post(base + "/channels/{channel}/typing", self._answering(self._typing)),
            web.post(base + "/users/@me/channels", self._answering(self._open_direct)),
            *self.interactions.routes(base, self._answering),
        ]

    def _answering(self, route: Route, needs_token: bool = True) -> Route:
        async def answer(request: web.Request) -> web.Response:
            if needs_token and request.headers.get("Authorization") != f"Bot {self.token}":
                return answer_json({"message": "401: Unauthorized", "code": 0}, 401)
            call = f"{request.method} /{request.path.split('/', 3)[3]}"
            self.calls.append(call)
            bucket = next((bucket for bucket in self.buckets if bucket.holds(call)), None)
            if bucket is not None and not bucket.take():
                refused = rate_limit(call, bucket.reset_after_s)
                return answer_json(refused.body, refused.status, refused.headers | bucket.headers)
            failure = self._failure_for(call)
            if failure is None or failure.accepted:
                response = await self._answer(route, request)
            if failure is None:
                response.headers.update(bucket.headers if bucket else {})
                return response
            if failure.hangs:
                await self._never.wait()
            if failure.status == 0 and request.transport is not None:
                request.transport.abort()
                await asyncio.sleep(0)
            return answer_json(failure.body, failure.status or 500, failure.headers)

        return answer

    async def _answer(self, route: Route, request: web.Request) -> web.Response:
        try:
            return await route(request)
        except Refusal as refusal:
            return answer_json(refusal.body, refusal.status)

    def _failure_for(self, call: str) -> Failure | None:
        for failure in self.failures:
            if failure.times > 0 and re.search(failure.request, call):
                failure.times -= 1
                return failure
        return None

    async def _me(self, request: web.Request) -> web.Response:
        return answer_json(self.world.bot)

    async def _application(self, request: web.Request) -> web.Response:
        about = {"id": self.world.bot["id"], "name": "assistant", "description": "", "icon": None, "verify_key": ""}
        return answer_json(
            about | {"bot_public": True, "bot_require_code_grant": False, "owner": self.world.user("owner")}
        )

    async def _gateway(self, request: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 999, "reset_after": 1000, "max_concurrency": 1}
        return answer_json({"url": self.gateway.url, "shards": 1, "session_start_limit": limit})

    async def _channel(self, request: web.Request) -> web.Response:
        return answer_json(self._known(request))

    async def _history(self, request: web.Request) -> web.Response:
        messages = self.world.messages[self._known(request)["id"]]
        after = int(request.query.get("after", 0))
        newer = [message for message in messages if int(message["id"]) > after]
        return answer_json(list(reversed(newer[: int(request.query.get("limit", 50))])))

    async def _message(self, request: web.Request) -> web.Response:
        return answer_json(self._known_message(request))

    async def _react(self, request: web.Request) -> web.Response:
        self.world.reactions.append((self._known_message(request)["id"], request.match_info["emoji"]))
        return web.Response(status=204)

    async def _typing(self, request: web.Request) -> web.Response:
        self.world.typing_since[self._known(request)["id"]] = time.monotonic()
        return web.Response(status=204)

    async def _open_direct(self, request: web.Request) -> web.Response:
        recipient = (await request.json())["recipient_id"]
        user = next((user for user in self.world.users.values() if user["id"] == str(recipient)), None)
        if user is None:
            raise Refusal(400, INVALID_FORM, "Invalid Form Body")
        return answer_json(self.world.direct_channel(user))

    async def _create_message(self, request: web.Request) -> web.Response:
        channel, payload = self._known(request), await request.json()
        self.payloads.append(payload)
        if any(user["id"] in self.world.closed_to_bots for user in channel.get("recipients", [])):
            raise Refusal(403, NO_DIRECT_MESSAGES, "Cannot send messages to this user")
        content, nonce = content_of(payload), str(payload.get("nonce") or "")
        if payload.get("enforce_nonce") and nonce in self.world.nonces:
            return answer_json(self.world.nonces[nonce])
        kept = {key: payload[key] for key in ("flags", "nonce", "allowed_mentions", "components") if key in payload}
        if reference := payload.get("message_reference"):
            kept["message_reference"] = {key: str(value) for key, value in reference.items() if key.endswith("_id")}
        message = self.world.add_message(channel["id"], self.world.bot, content, **kept)
        if nonce and self.world.remembers_nonces:
            self.world.nonces[nonce] = message
        await self.gateway.dispatch("MESSAGE_CREATE", message)
        return answer_json(message)

    async def _edit_message(self, request: web.Request) -> web.Response:
        message, payload = self._own_message(request, CANNOT_EDIT), await request.json()
        self.payloads.append(payload)
        self.world.edit_message(
            message, content_of(payload), payload.get("allowed_mentions"), payload.get("components")
        )
        await self.gateway.dispatch("MESSAGE_UPDATE", message)
        return answer_json(message)

    async def _delete_message(self, request: web.Request) -> web.Response:
        deleted = self.world.delete_message(self._own_message(request, NO_PERMISSION)["id"])
        await self.gateway.dispatch("MESSAGE_DELETE", deleted)
        return web.Response(status=204)

    async def _create_thread(self, request: web.Request) -> web.Response:
        channel, payload = self._known(request), await request.json()
        if self.world.threads_forbidden:
            raise Refusal(403, NO_PERMISSION, "Missing Permissions")
        message = self._known_message(request)
        if channel["type"] != TEXT:
            raise Refusal(400, WRONG_CHANNEL_TYPE, "Cannot execute action on this channel type")
        if message["id"] in self.world.channels:
            raise Refusal(400, THREAD_EXISTS, "A thread has already been created for this message")
        if not 1 <= len(payload["name"]) <= MAX_THREAD_NAME:
            raise Refusal(400, INVALID_FORM, "Invalid Form Body")
        thread = self.world.add_thread(channel["id"], message["id"], payload["name"], self.world.bot["id"])
        await self.gateway.dispatch("THREAD_CREATE", thread | {"newly_created": True})
        return answer_json(thread, 201)

    def _known(self, request: web.Request) -> Json:
        channel = self.world.channels.get(request.match_info["channel"])
        if channel is None:
            raise Refusal(404, UNKNOWN_CHANNEL, "Unknown Channel")
        return channel

    def _known_message(self, request: web.Request) -> Json:
        message = self.world.find_message(self._known(request)["id"], request.match_info["message"])
        if message is None:
            raise Refusal(404, UNKNOWN_MESSAGE, "Unknown Message")
        return message

    def _own_message(self, request: web.Request, code: int) -> Json:
        message = self._known_message(request)
        if message["author"]["id"] != self.world.bot["id"]:
            raise Refusal(403, code, "Not the author")
        return message
