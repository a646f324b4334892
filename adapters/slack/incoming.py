"""Slack's payloads to `on_event`: events, slash commands and presses of buttons."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.base import ButtonPress, IncomingEvent, IncomingMessage, OnEvent, Reply, ReplyAddress
from adapters.errors import AdapterError
from adapters.slack.actions import parse_press, presser
from adapters.slack.changes import string
from adapters.slack.commands import parse_command, people_in_command
from adapters.slack.parse import PLATFORM, Identity, parse_event, people_in
from adapters.slack.people import People
from adapters.slack.private import show_privately
from adapters.slack.render import render
from adapters.slack.web import SlackWeb

LOG = logging.getLogger(__name__)
# Slack waits three seconds for the acknowledgement, which comes behind the word.
WORD_TIMEOUT_S = 1.0


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a payload means, and to whom it is given."""

    identity: Identity
    web: SlackWeb
    people: People
    on_event: OnEvent

    async def receive(self, payload: Mapping[str, object]) -> bool:
        """Give whether the payload was for the assistant: then it is safe now. Raises what `on_event` raises."""
        event = await self._event(payload)
        if event is None:
            return False
        word = await self.on_event(event)
        if word and isinstance(event, ButtonPress):
            await self._tell(event, word, string(payload, "response_url"))
        return True

    async def _event(self, payload: Mapping[str, object]) -> IncomingEvent | None:
        if "command" in payload:
            return await self._command(payload)
        if "actions" in payload:
            press = parse_press(payload, self.identity)
            return press and parse_press(payload, self.identity, await self.people.names((presser(payload),)))
        event = parse_event(payload, self.identity)
        if isinstance(event, IncomingMessage):
            return parse_event(payload, self.identity, await self.people.names(people_in(payload)))
        return event

    async def _command(self, form: Mapping[str, object]) -> IncomingMessage | None:
        now = datetime.now(UTC)
        if parse_command(form, self.identity, now) is None:
            return None
        return parse_command(form, self.identity, now, await self.people.names(people_in_command(form)))

    async def _tell(self, press: ButtonPress, word: str, answer_url: str) -> None:
        """Show the word to whoever pressed. The press itself is safe by then: no fault here lets it come again."""
        address = ReplyAddress(
            platform=PLATFORM,
            workspace=press.workspace,
            channel=press.channel,
            thread=press.thread,
            message_id=press.message_id,
            visible_to=press.author_id,
            interaction=answer_url,
        )
        try:
            async with asyncio.timeout(WORD_TIMEOUT_S):
                for part in render(Reply(word)):
                    await show_privately(self.web, address, part)
        except (AdapterError, TimeoutError) as error:
            facts = {"action": "press", "platform": PLATFORM, "error": type(error).__name__}
            LOG.warning("the word for a press is not shown", extra=facts)
