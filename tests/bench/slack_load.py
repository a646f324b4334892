"""Slack and its people in one process, under load: `python -m tests.bench.slack_load`.

It prints the address of its Web API, then does what it is told: a line of JSON on standard input, one with the figures
on standard output. People mention the assistant, each in a channel of their own: one conversation a question, and one
event, as of an app that hears mentions only. The same process, at the same cost, for everybody who is measured.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from tests.bench.slack_wire import ApiConnection, Arguments, EventPoster
from tests.fakes.slack_server import FakeSlack
from tests.fakes.slack_workspace import BOT_ID, BOT_USER, TEAM, Json, envelope
from tests.fakes.slow_tgi import REPLY_MARK

PEOPLE = 512
"""So many that nobody is held up for writing too often: each asks less than once in two seconds at 200 a second."""
QUESTIONS = (
    "How do I connect Slack?",
    "Which settings does the embedding model have?",
    "How do I add documents?",
    "What happens when Redis is down?",
    "How large may a document be?",
)
TALK_CHANNEL = "CTALK"
GROWING = "…"
"""The end of a text of which more is to come."""
ANSWER_TIMEOUT_S = 60.0


@dataclass(slots=True)
class Post:
    """One question: its ticket, its ts, when it was posted, acknowledged (with which status), when the first words of
    its answer were visible, and all of it (monotonic)."""

    channel: str
    ts: str
    posted_at: float
    acked_at: float = 0.0
    status: int = -1
    first_seen_at: float = 0.0
    visible_at: float = 0.0
    ticket: str = ""
    answered: asyncio.Event = field(default_factory=asyncio.Event)


class SlackLoad:
    """Posts questions, and sees what is posted in their threads."""

    def __init__(self) -> None:
        self.posts: dict[str, Post] = {}
        self._growing: dict[str, Post] = {}
        self.notices = self.duplicates = 0
        self.unknown_calls: dict[str, int] = {}
        self._numbers = itertools.count(1)
        self._poster = EventPoster("http://127.0.0.1:9/")
        self._background: set[asyncio.Task[None]] = set()

    async def obey(self, order: dict[str, Any]) -> Json:
        """Carry out one order, and give its figures."""
        self.posts, self.notices, self.duplicates, self.unknown_calls = {}, 0, 0, {}
        self._poster = EventPoster(order["events_url"])
        match order["do"]:
            case "introduce":
                await self._introduce()
            case "rate":
                await self._at_rate(order["rate"], order["seconds"])
            case "closed":
                await self._closed_loop(order["customers"], order["seconds"])
        await asyncio.gather(*self._background)
        await self._wait_for_answers(order.get("wait_s", 0.0))
        self._poster.close()
        return self._figures()

    async def _introduce(self) -> None:
        """Everybody says something to somebody else once: whoever looks names up has done so before it counts."""
        for first in range(0, PEOPLE, 16):
            talk = [
                _event("message", f"U{n}", TALK_CHANNEL, self._new_ts(), "lunch?") for n in range(first, first + 16)
            ]
            await asyncio.gather(*map(self._send, talk))

    async def _at_rate(self, rate: float, seconds: float) -> None:
        """Post by the clock, whatever becomes of it."""
        started = time.monotonic()
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, started + number / rate - time.monotonic()))
            task = asyncio.create_task(self._ask(self._new_post()))
            self._background.add(task)
            task.add_done_callback(self._background.discard)

    async def _closed_loop(self, customers: int, seconds: float) -> None:
        """So many people, each of whom asks again when answered; they come within the first two seconds."""
        end = time.monotonic() + seconds
        await asyncio.gather(*(self._customer(number * 2.0 / customers, end) for number in range(customers)))

    async def _customer(self, pause_s: float, end: float) -> None:
        await asyncio.sleep(pause_s)
        while time.monotonic() < end:
            post = self._new_post()
            await self._ask(post)
            try:
                async with asyncio.timeout(ANSWER_TIMEOUT_S):
                    await post.answered.wait()
            except TimeoutError:
                continue  # told by the figures as unanswered

    async def _wait_for_answers(self, wait_s: float) -> None:
        """Return when all posts are answered, or after the time."""
        try:
            async with asyncio.timeout(wait_s):
                for post in list(self.posts.values()):
                    await post.answered.wait()
        except TimeoutError:
            return

    async def _ask(self, post: Post) -> None:
        number = len(self.posts)
        post.ticket = str(number)
        text = f"<@{BOT_USER}> {QUESTIONS[number % len(QUESTIONS)]} My ticket is {number}."
        body = _event("app_mention", f"U{post.channel[1:]}", post.channel, post.ts, text)
        post.posted_at = time.monotonic()
        post.status = await self._send(body)
        post.acked_at = time.monotonic()

    def _new_post(self) -> Post:
        ts = self._new_ts()
        post = Post(f"C{int(ts[-6:]) % PEOPLE}", ts, time.monotonic())
        self.posts[ts] = post
        return post

    def _new_ts(self) -> str:
        return f"{int(time.time())}.{next(self._numbers) % 1_000_000:06d}"

    async def _send(self, body: bytes) -> int:
        timestamp = str(int(time.time())).encode()
        signed = b"v0:" + timestamp + b":" + body
        digest = hmac.new(FakeSlack.signing_secret.encode(), signed, hashlib.sha256).hexdigest().encode()
        headers = b"x-slack-request-timestamp: " + timestamp + b"\r\nx-slack-signature: v0=" + digest + b"\r\n"
        return await self._poster.post(headers, body)

    def answer(self, method: str, arguments: Arguments) -> bytes:
        """The Web API."""
        match method:
            case "auth.test":
                told: Json = {"team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT_ID, "user": "llamadesk"}
            case "users.info":
                name = {"display_name": arguments["user"].lower()}
                told = {"user": {"id": arguments["user"], "name": arguments["user"], "profile": name}}
            case "chat.postMessage" | "chat.update":
                told = {"channel": arguments["channel"], "ts": arguments.get("ts") or self._new_ts()}
                self._see(arguments.get("thread_ts", ""), str(told["ts"]), arguments.get("text", ""), method)
            case "assistant.threads.setStatus":
                told = {}
            case _:
                self.unknown_calls[method] = self.unknown_calls.get(method, 0) + 1
                return b'{"ok":false,"error":"unknown_method"}'
        return json.dumps({"ok": True} | told).encode()

    def _see(self, thread_ts: str, ts: str, text: str, method: str) -> None:
        """A reply is what the model said, or as far as it has. All else (busy, an apology) is a notice."""
        post = self.posts.get(thread_ts) or self._growing.get(ts)
        if post is None or REPLY_MARK not in text:
            self.notices += 1
            return
        if post.first_seen_at and method == "chat.postMessage":
            self.duplicates += 1
        post.first_seen_at = post.first_seen_at or time.monotonic()
        self._growing[ts] = post
        is_growing = text.endswith(GROWING) and "[1]" not in text  # what is complete names its sources
        if not is_growing and not post.visible_at:
            del self._growing[ts]
            post.visible_at = time.monotonic()
            post.answered.set()

    def _figures(self) -> Json:
        posts = list(self.posts.values())
        return {
            "event_keys": [f"slack:{TEAM}:{post.channel}:{post.ts}" for post in posts],
            "posted_at": [post.posted_at for post in posts],
            "acked_at": [post.acked_at for post in posts],
            "first_seen_at": [post.first_seen_at for post in posts],
            "visible_at": [post.visible_at for post in posts],
            "tickets": [post.ticket for post in posts],
            "statuses": [post.status for post in posts],
            "notices": self.notices,
            "duplicates": self.duplicates,
            "unknown_calls": self.unknown_calls,
        }


def _event(kind: str, user: str, channel: str, ts: str, text: str) -> bytes:
    event: Json = {"type": kind, "user": user, "text": text, "ts": ts, "event_ts": ts, "channel": channel, "team": TEAM}
    event |= {"channel_type": "channel"} if kind == "message" else {}
    return json.dumps(envelope(event, f"Ev{ts.replace('.', '')}")).encode()


async def _serve() -> None:
    load = SlackLoad()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: ApiConnection(load.answer), "127.0.0.1", 0, backlog=1024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api/", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await load.obey(json.loads(line))), flush=True)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve())
