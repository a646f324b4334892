"""A fake of Slack's Web API: the methods that the adapter calls, with Slack's encodings and error bodies."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from tests.fakes.slack_signs import Signs
from tests.fakes.slack_workspace import BOT_ID, BOT_USER, TEAM, Ephemeral, Json, Message, Workspace, message_json

OPTIONS = ("unfurl_links", "unfurl_media", "link_names", "parse")


@dataclass(frozen=True, slots=True)
class Failure:
    """How the next call of a method fails.

    `error` is Slack's code in a JSON answer; "" gives an HTML page with `status`, as a proxy in between does.
    `after_effect`: the call is carried out, and its answer is lost. `hangs`: there never is an answer.
    `cuts`: the connection is closed without one.
    """

    error: str = ""
    status: int = 200
    retry_after: str = ""
    after_effect: bool = False
    hangs: bool = False
    cuts: bool = False


class WebApi:
    """Answers `/api/{method}`. `calls` counts the calls of each method, `failures` holds what the next ones meet."""

    def __init__(self, workspace: Workspace, bot_token: str, app_token: str) -> None:
        self.workspace = workspace
        self._signs = Signs(workspace)
        self.bot_token, self.app_token = bot_token, app_token
        self.open_socket: Callable[[], str] = str
        self.page_size = 200
        self.calls: dict[str, int] = defaultdict(int)
        self.failures: dict[str, deque[Failure]] = defaultdict(deque)
        self._never = asyncio.Event()

    def release(self) -> None:
        """End the calls that hang."""
        self._never.set()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.calls[method] += 1
        arguments = await _arguments(request)
        failure = self.failures[method].popleft() if self.failures[method] else None
        if failure is None or failure.after_effect:
            answered = self._call(method, _token(request, arguments), arguments)
        if failure is None:
            return web.json_response(answered)
        return await self._failed(request, failure)

    async def _failed(self, request: web.Request, failure: Failure) -> web.StreamResponse:
        if failure.hangs:
            await self._never.wait()
        if (failure.hangs or failure.cuts) and request.transport is not None:
            request.transport.abort()
        headers = {"Retry-After": failure.retry_after} if failure.retry_after else {}
        if failure.error:
            body = {"ok": False, "error": failure.error}
            return web.json_response(body, status=failure.status, headers=headers)
        return web.Response(text="<html>proxy</html>", content_type="text/html", status=failure.status, headers=headers)

    def _call(self, method: str, token: str, arguments: dict[str, str]) -> Json:
        methods: dict[str, tuple[str, Callable[[dict[str, str]], Json]]] = {
            "auth.test": (self.bot_token, self._auth_test),
            "apps.connections.open": (self.app_token, self._open),
            "assistant.threads.setStatus": (self.bot_token, self._signs.set_status),
            "chat.postMessage": (self.bot_token, self._post),
            "chat.postEphemeral": (self.bot_token, self._post_ephemeral),
            "chat.update": (self.bot_token, self._update),
            "chat.delete": (self.bot_token, self._delete),
            "conversations.history": (self.bot_token, self._history),
            "conversations.replies": (self.bot_token, self._replies),
            "reactions.add": (self.bot_token, self._signs.add_reaction),
            "reactions.remove": (self.bot_token, self._signs.remove_reaction),
            "users.info": (self.bot_token, self._user),
        }
        if method not in methods:
            return {"ok": False, "error": "unknown_method", "req_method": method}
        good_token, call = methods[method]
        if not token:
            return {"ok": False, "error": "not_authed"}
        return call(arguments) if token == good_token else {"ok": False, "error": "invalid_auth"}

    def _auth_test(self, _: dict[str, str]) -> Json:
        known = {"team": "Shop", "team_id": TEAM, "user": "llamadesk", "user_id": BOT_USER, "bot_id": BOT_ID}
        return {"ok": True, "url": "https://shop.slack.com/", **known, "is_enterprise_install": False}

    def _open(self, _: dict[str, str]) -> Json:
        return {"ok": True, "url": self.open_socket()}

    def _user(self, arguments: dict[str, str]) -> Json:
        name = self.workspace.users.get(arguments.get("user", ""))
        if name is None:
            return {"ok": False, "error": "user_not_found"}
        profile = {"display_name": name, "real_name": f"{name} R."}
        return {"ok": True, "user": {"id": arguments["user"], "name": name.lower(), "profile": profile}}

    def _post(self, arguments: dict[str, str]) -> Json:
        channel, text = arguments.get("channel", ""), arguments.get("text", "")
        error = self.workspace.post_error(channel) or ("" if text.strip() else "no_text")
        if error:
            return {"ok": False, "error": error}
        message = Message(
            channel=channel,
            ts=self.workspace.new_ts(),
            user=BOT_USER,
            text=text[:40_000],
            thread_ts=arguments.get("thread_ts", ""),
            bot_id=BOT_ID,
            metadata=json.loads(arguments.get("metadata", "{}")),
            options={name: arguments[name] for name in OPTIONS if name in arguments},
            attachments=_attachments(arguments) or (),
        )
        self.workspace.add(message)
        return {"ok": True, "channel": channel, "ts": message.ts, "message": {"text": message.text, "ts": message.ts}}

    def _post_ephemeral(self, arguments: dict[str, str]) -> Json:
        channel, user, text = (arguments.get(name, "") for name in ("channel", "user", "text"))
        error = self.workspace.post_error(channel) or ("" if text.strip() else "no_text")
        if not error and (user not in self.workspace.users or (channel, user) in self.workspace.absent):
            error = "user_not_in_channel"
        if error:
            return {"ok": False, "error": error}
        ts, thread = self.workspace.new_ts(), arguments.get("thread_ts", "")
        shown = Ephemeral(channel, user, text, thread, ts, _attachments(arguments) or ())
        self.workspace.ephemerals.append(shown)
        return {"ok": True, "message_ts": ts}

    def _update(self, arguments: dict[str, str]) -> Json:
        channel, ts, text = (arguments.get(name, "") for name in ("channel", "ts", "text"))
        error = self._change_error(channel, ts, "cant_update_message") or ("" if text.strip() else "no_text")
        if error:
            return {"ok": False, "error": error}
        # Attachments that an update doesn't name stay.
        self.workspace.change(ts, text, _attachments(arguments))
        return {"ok": True, "channel": channel, "ts": ts, "text": text}

    def _delete(self, arguments: dict[str, str]) -> Json:
        channel, ts = arguments.get("channel", ""), arguments.get("ts", "")
        if error := self._change_error(channel, ts, "cant_delete_message"):
            return {"ok": False, "error": error}
        self.workspace.remove(ts)
        return {"ok": True, "channel": channel, "ts": ts}

    def _change_error(self, channel: str, ts: str, not_own: str) -> str:
        if error := self.workspace.post_error(channel):
            return error
        if not self.workspace.has(channel, ts):
            return "message_not_found"
        return "" if self.workspace.find(ts).user == BOT_USER else not_own

    def _history(self, arguments: dict[str, str]) -> Json:
        channel = arguments.get("channel", "")
        if error := self.workspace.post_error(channel):
            return {"ok": False, "error": error}
        return self._page(list(reversed(self.workspace.at(channel))), arguments)

    def _replies(self, arguments: dict[str, str]) -> Json:
        channel, root = arguments.get("channel", ""), arguments.get("ts", "")
        if error := self.workspace.post_error(channel):
            return {"ok": False, "error": error}
        replies = self.workspace.at(channel, root)
        if not replies and not self.workspace.has(channel, root):
            return {"ok": False, "error": "thread_not_found"}
        return self._page(replies, arguments)

    def _page(self, messages: list[Message], arguments: dict[str, str]) -> Json:
        """Give one page of what is newer than `oldest`; the cursor tells where the next one begins."""
        newer = [message for message in messages if message.ts > arguments.get("oldest", "0")]
        start = int(arguments.get("cursor", "0") or 0)
        end = start + min(self.page_size, int(arguments.get("limit", "100")))
        with_metadata = arguments.get("include_all_metadata", "") in ("true", "1")
        shown = [message_json(message, with_metadata) for message in newer[start:end]]
        more = end < len(newer)
        answer: Json = {"ok": True, "messages": shown, "has_more": more}
        return answer | ({"response_metadata": {"next_cursor": str(end)}} if more else {})


async def _arguments(request: web.Request) -> dict[str, str]:
    """Give the arguments, sent as form or as JSON; a nested value stays JSON text, as in a form."""
    if request.content_type == "application/json":
        data = await request.json() if await request.read() else {}  # the SDK says JSON without any, too
        return {name: value if isinstance(value, str) else json.dumps(value) for name, value in data.items()}
    return {name: str(value) for name, value in {**request.query, **(await request.post())}.items()}


def _attachments(arguments: dict[str, str]) -> tuple[Json, ...] | None:
    """Give the attachments, None where the call names none: https://docs.slack.dev/reference/methods/chat.update."""
    return tuple(json.loads(arguments["attachments"])) if "attachments" in arguments else None


def _token(request: web.Request, arguments: dict[str, str]) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ") or arguments.get("token", "")
