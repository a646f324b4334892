"""The adapter contract's harness for Slack: the real SDK against FakeSlack, in each of its two modes."""

from __future__ import annotations

from aiohttp import web

from adapters.base import ButtonName, ChatAdapter, Missed, OnEvent, ReplyAddress
from adapters.slack.adapter import SlackAdapter
from tests.contracts.adapter_harness import AdapterHarness, Post
from tests.fakes.slack_interactions import action_names
from tests.fakes.slack_server import FakeSlack
from tests.fakes.slack_web_api import Failure


class SlackHarness(AdapterHarness):
    """Socket Mode."""

    events_per_mention = 2
    has_commands = True
    token_setting = "SLACK_BOT_TOKEN"
    unknown_channel = "C404"

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self.adapter = self.new_adapter(slack.bot_token)

    def new_adapter(self, bot_token: str) -> ChatAdapter:
        return SlackAdapter(bot_token, app_token=self.slack.app_token, api_url=self.slack.api_url)

    def with_wrong_token(self) -> ChatAdapter:
        return self.new_adapter("xoxb-wrong")

    def _text(self, post: Post) -> str:
        return " ".join([self.slack.bot_mention] * post.mention + ["<@U2>"] * post.mention_other + [post.text]).strip()

    async def post(self, post: Post) -> str:
        return await self.slack.post(
            self._text(post),
            channel=f"D{post.author}" if post.direct else "C1",
            user=post.author,
            thread_ts=post.in_thread_of,
            bot=post.bot,
            own=post.own,
            files=post.attachments,
        )

    async def edit(self, message_id: str, post: Post) -> None:
        await self.slack.edit(message_id, self._text(post))

    async def delete(self, message_id: str) -> None:
        await self.slack.delete(message_id)

    async def preview(self, message_id: str) -> None:
        await self.slack.preview(message_id)

    async def lose_answer(self) -> None:
        self.slack.fail_next("chat.postMessage", Failure(cuts=True, after_effect=True))

    async def redeliver(self, message_id: str) -> None:
        self.slack.redeliver(message_id)

    async def settled(self, message_id: str) -> None:
        await self.slack.settled(message_id)

    async def acknowledged(self, message_id: str) -> bool:
        await self.slack.socket_mode.round_trip()
        return self.slack.acknowledged(message_id)

    async def visible(self, address: ReplyAddress) -> list[str]:
        return [message.text for message in self.slack.messages(address.channel, address.thread)]

    async def command(self, name: str, text: str = "", author: str = "U1") -> None:
        await self.slack.command(f"/{name}", text, "C1", author)

    async def press(self, address: ReplyAddress, message_id: str, button: ButtonName, author: str = "U1") -> str:
        before = len(self.slack.workspace.ephemerals)
        await self.slack.press(message_id, f"llamadesk_{button}", author)
        shown = self.slack.workspace.ephemerals[before:]
        return " ".join(each.text for each in shown if (each.channel, each.user) == (address.channel, author))

    async def buttons(self, address: ReplyAddress) -> list[tuple[str, ...]]:
        return [action_names(message) for message in self.slack.messages(address.channel, address.thread)]

    async def private(self, address: ReplyAddress) -> list[str]:
        return self.slack.private(address.channel, address.visible_to, address.thread)

    async def working(self, address: ReplyAddress) -> bool:
        return self.slack.is_working(address.channel, address.thread, address.message_id)

    async def pinged(self, address: ReplyAddress) -> list[str]:
        return self.slack.pings(address.channel, address.thread)

    async def close(self) -> None:
        await self.adapter.close()


class SlackHttpHarness(SlackHarness):
    """Signed HTTP requests, through a web server in front of `handle_webhook`."""

    adapter: SlackAdapter

    def new_adapter(self, bot_token: str) -> ChatAdapter:
        return SlackAdapter(bot_token, signing_secret=self.slack.signing_secret, api_url=self.slack.api_url)

    async def start(self, on_event: OnEvent, missed: Missed | None = None) -> None:
        await self.adapter.start(on_event, missed)
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_post(self.adapter.webhook_path, self._receive)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.slack.events_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}{self.adapter.webhook_path}"

    async def _receive(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = await self.adapter.handle_webhook(headers, await request.read())
        return web.Response(status=answer.status, text=answer.body, content_type=answer.content_type)

    async def acknowledged(self, message_id: str) -> bool:
        return self.slack.acknowledged(message_id)

    async def close(self) -> None:
        await super().close()
        if hasattr(self, "_runner"):
            await self._runner.cleanup()
