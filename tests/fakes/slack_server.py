"""A fake Slack on a real loopback socket: Web API, Socket Mode and signed HTTP events.

async with FakeSlack() as slack:
    adapter = SlackAdapter(slack.bot_token, slack.app_token, api_url=slack.api_url)
    ...
    await slack.post("<@UBOT> hello", channel="C1", user="U1")
    slack.messages("C1", thread)
"""

from __future__ import annotations

import asyncio
import re
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.fakes.slack_answer_urls import AnswerUrls
from tests.fakes.slack_changes import change_payloads, deletion_payload
from tests.fakes.slack_delivery import Delivery, SocketMode, deliver_by_http
from tests.fakes.slack_interactions import command_form, press_payload
from tests.fakes.slack_web_api import Failure, WebApi
from tests.fakes.slack_workspace import (
    BOT_ID,
    BOT_USER,
    OTHER_BOT_ID,
    OTHER_BOT_USER,
    Json,
    Message,
    Workspace,
    event_payloads,
)

# What notifies people in a text that an app posts: https://docs.slack.dev/messaging/formatting-message-text (2026-11).
PING = re.compile(r"<(?:@[A-Z0-9]+|!(?:channel|here|everyone)|!subteam\^[A-Z0-9]+)(?:\|[^<>]*)?>")


class FakeSlack:
    """One workspace with one app.

    Events go to `events_url` where it is set, else over Socket Mode. Slack waits `ack_timeout_s` for an answer, and
    delivers an event that was refused again after each of `retry_after_s` (really: 0, 60 and 300 seconds).
    """

    bot_token = "xoxb-good-bot"
    app_token = "xapp-good-app"
    signing_secret = "good-signing-secret"
    bot_mention = f"<@{BOT_USER}>"

    def __init__(self, *, ack_timeout_s: float = 3.0, retry_after_s: tuple[float, ...] = ()) -> None:
        self.workspace = Workspace()
        self.web_api = WebApi(self.workspace, self.bot_token, self.app_token)
        self.socket_mode = SocketMode()
        self.answer_urls = AnswerUrls(self.workspace)
        self.deliveries: list[Delivery] = []
        self.events_url = ""
        self.api_url = ""
        self._ack_timeout_s, self._retry_after_s = ack_timeout_s, retry_after_s
        self._tasks: set[asyncio.Task[None]] = set()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self.web_api.answer)
        app.router.add_get("/link", self.socket_mode.serve)
        app.router.add_post("/{kind:commands|actions}/{ticket}", self.answer_urls.answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        port = self._runner.addresses[0][1]
        self.api_url = f"http://127.0.0.1:{port}/api/"
        self.answer_urls.base = f"http://127.0.0.1:{port}"
        self.web_api.open_socket = lambda: f"ws://127.0.0.1:{port}/link?ticket={self.socket_mode.new_ticket()}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.web_api.release()
        await self.socket_mode.drop()
        if self._runner is not None:
            await self._runner.cleanup()

    def fail_next(self, method: str, *failures: Failure) -> None:
        """Let the next calls of a Web API method fail, first one first."""
        self.web_api.failures[method].extend(failures)

    async def post(
        self,
        text: str,
        *,
        channel: str = "C1",
        user: str = "U1",
        thread_ts: str = "",
        bot: bool = False,
        own: bool = False,
        files: tuple[str, ...] = (),
    ) -> str:
        """Let somebody post, and give the message's ts; its events are under way when this returns."""
        if bot:
            user = OTHER_BOT_USER
        bot_id = OTHER_BOT_ID if bot else ""
        if own:
            user, bot_id = BOT_USER, BOT_ID
        message = Message(channel, self.workspace.new_ts(), user, text, thread_ts, bot_id, files=files)
        self.workspace.add(message)
        self.send_events(message.ts, event_payloads(message))
        return message.ts

    async def edit(self, ts: str, text: str) -> None:
        """Let the author of the message change it."""
        before = self.workspace.change(ts, text)
        self.send_events(ts, change_payloads(before, self.workspace.find(ts), self.workspace.new_ts()))

    async def preview(self, ts: str) -> None:
        """Let Slack add a link's preview to the message, which changes no word of it."""
        message = self.workspace.find(ts)
        self.send_events(ts, change_payloads(message, message, self.workspace.new_ts(), edited=False))

    async def delete(self, ts: str) -> None:
        """Let somebody take the message away."""
        message = self.workspace.remove(ts)
        has_replies = bool(self.workspace.at(message.channel, ts))
        self.send_events(ts, [deletion_payload(message, self.workspace.new_ts(), has_replies)])

    async def command(self, name: str, text: str = "", channel: str = "C1", user: str = "U1") -> str:
        """Let somebody give a slash command, and give its trigger id, under which its delivery is filed."""
        url = self.answer_urls.new("commands", channel, user)
        now = self.workspace.new_ts()
        form = command_form(now, name, text, channel=channel, user=user, response_url=url)
        trigger = str(form["trigger_id"])
        self.send_events(trigger, [form], kind="slash_commands")
        return trigger

    async def press(self, ts: str, action: str, user: str = "U1") -> Delivery:
        """Let somebody press a button below the assistant's message; the delivery has ended when this returns."""
        message = self.workspace.find(ts)
        url = self.answer_urls.new("actions", message.channel, user)
        payload = press_payload(message, action, self.workspace.new_ts(), user, url)
        return await self.deliver_press(payload)

    async def deliver_press(self, payload: Json) -> Delivery:
        """Deliver the payload of a press, and give its delivery once it has ended."""
        self.send_events("press", [payload], kind="interactive")
        delivery = self.deliveries[-1]
        await delivery.ended.wait()
        return delivery

    def redeliver(self, ts: str) -> None:
        """Deliver the events of that message once more."""
        self.send_events(ts, event_payloads(self.workspace.find(ts)), attempt=1)

    def send_events(self, ts: str, payloads: list[Json], attempt: int = 0, kind: str = "events_api") -> None:
        """Deliver these event bodies, filed under `ts`."""
        for payload in payloads:
            # Filed before its task runs, so that `settled` knows of it at once.
            delivery = Delivery(ts, payload, attempt, kind)
            self.deliveries.append(delivery)
            task = asyncio.create_task(self._deliver(delivery))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _deliver(self, delivery: Delivery) -> None:
        await self._attempt(delivery)
        for number, pause_s in enumerate(self._retry_after_s, delivery.attempt + 1):
            # Of a command or a press its author is told that it failed; it never comes again.
            if delivery.acknowledged or delivery.kind != "events_api":
                return
            await asyncio.sleep(pause_s)
            delivery = Delivery(delivery.ts, delivery.payload, number)
            self.deliveries.append(delivery)
            await self._attempt(delivery)

    async def _attempt(self, delivery: Delivery) -> None:
        if self.events_url:
            await deliver_by_http(self.events_url, self.signing_secret, delivery, self._ack_timeout_s)
        else:
            await self.socket_mode.deliver(delivery, self._ack_timeout_s)

    async def settled(self, ts: str) -> None:
        """Return once every attempt so far to deliver the message's events has ended."""
        for delivery in self._deliveries_of(ts):
            await delivery.ended.wait()

    def acknowledged(self, ts: str) -> bool:
        """Whether each event of the message was acknowledged in its latest attempt."""
        deliveries = self._deliveries_of(ts)
        latest = {str(delivery.payload.get("event_id", "")): delivery.acknowledged for delivery in deliveries}
        return bool(latest) and all(latest.values())

    def _deliveries_of(self, ts: str) -> list[Delivery]:
        return [delivery for delivery in self.deliveries if delivery.ts == ts]

    def messages(self, channel: str, thread: str = "") -> list[Message]:
        """Give what the assistant has posted there, oldest first."""
        return [message for message in self.workspace.at(channel, thread) if message.user == BOT_USER]

    def private(self, channel: str, user: str, thread: str = "") -> list[str]:
        """Give what that person alone was shown there, oldest first."""
        shown = self.workspace.ephemerals
        return [each.text for each in shown if (each.channel, each.user, each.thread_ts) == (channel, user, thread)]

    def is_working(self, channel: str, thread: str, ts: str) -> bool:
        """Whether it shows below the thread, or at the message, that the assistant works."""
        has_status = bool(self.workspace.statuses.get((channel, thread)))
        return has_status or (channel, ts, "eyes") in self.workspace.reactions

    def pings(self, channel: str, thread: str = "") -> list[str]:
        """Give whom the assistant's messages there have notified."""
        return [ping for message in self.messages(channel, thread) for ping in PING.findall(message.text)]
