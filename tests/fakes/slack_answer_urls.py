"""The addresses that come with commands and presses: good for half an hour and five answers.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses (2026-11)
"""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import dataclass

from aiohttp import web

from tests.fakes.slack_workspace import Ephemeral, Workspace

MAX_ANSWERS = 5


@dataclass(slots=True)
class AnswerUrl:
    channel: str
    user: str
    answers: int = 0


class AnswerUrls:
    """`answers` are the next answers' statuses, where they are not to be taken; None closes the connection instead.
    What is answered while `are_expired` is refused; `called` are the paths of all calls."""

    def __init__(self, workspace: Workspace) -> None:
        self.base = ""
        self.are_expired = False
        self.answers: deque[web.Response | None] = deque()
        self.called: list[str] = []
        self._workspace = workspace
        self._urls: dict[str, AnswerUrl] = {}
        self._tickets = itertools.count(1)

    def new(self, kind: str, channel: str, user: str) -> str:
        """Give an address at which that person can be shown something in that channel."""
        ticket = str(next(self._tickets))
        self._urls[ticket] = AnswerUrl(channel, user)
        return f"{self.base}/{kind}/{ticket}"

    async def answer(self, request: web.Request) -> web.Response:
        self.called.append(request.path)
        if self.answers:
            answer = self.answers.popleft()
            if answer is None and request.transport is not None:
                request.transport.abort()
            return answer or web.Response()
        url = self._urls.get(request.match_info["ticket"])
        if url is None or self.are_expired or url.answers >= MAX_ANSWERS:
            error = "used_url" if url and url.answers >= MAX_ANSWERS else "expired_url"
            return web.json_response({"ok": False, "error": error}, status=404)
        url.answers += 1
        said = await request.json()
        shown = Ephemeral(url.channel, url.user, said["text"], said.get("thread_ts", ""))
        self._workspace.ephemerals.append(shown)
        return web.Response(text="ok")
