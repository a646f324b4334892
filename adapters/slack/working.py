"""Showing that a question is being worked at: by the assistant's status below the thread, else by a reaction."""

from __future__ import annotations

import logging

from adapters.base import ReplyAddress
from adapters.errors import DeliveryRefused
from adapters.recent import Recent
from adapters.slack.failures import NotGranted
from adapters.slack.parse import PLATFORM
from adapters.slack.web import SlackWeb

LOG = logging.getLogger(__name__)
# "A two minute timeout applies": https://docs.slack.dev/reference/methods/assistant.threads.setStatus (2026-11).
WORKING_S = 120.0
# Shown behind the assistant's name, whatever language the conversation has.
STATUS = "💭 …"
REACTION = "eyes"
MAX_REMEMBERED = 10_000


class Working:
    """What the workspace doesn't grant the app is told once in the log, and not asked for again."""

    def __init__(self, web: SlackWeb) -> None:
        self._web = web
        self._not_granted: set[str] = set()
        self._reactions: Recent[tuple[str, str], None] = Recent(MAX_REMEMBERED)

    async def show(self, address: ReplyAddress, *, is_working: bool) -> None:
        """Show it at the address, or take it away. A command stands nowhere: there is nothing to show it at."""
        if address.visible_to or (address.thread and await self._status_is_set(address, is_working)):
            return
        await self._react(address, is_working)

    async def end(self, address: ReplyAddress) -> None:
        """Take the reaction away, now that a reply is shown; a status ends by itself. Raises AdapterError."""
        if (address.channel, address.message_id) in self._reactions:
            await self._react(address, False)

    async def _status_is_set(self, address: ReplyAddress, is_working: bool) -> bool:
        method = "assistant.threads.setStatus"
        if method in self._not_granted:
            return False
        try:
            await self._web.set_status(address.channel, address.thread, STATUS if is_working else "")
        except NotGranted as error:
            self._remember(method, error)
        except DeliveryRefused:
            pass  # not in that channel
        else:
            return True
        return False

    async def _react(self, address: ReplyAddress, is_there: bool) -> None:
        method, place = "reactions.add", (address.channel, address.message_id)
        if method in self._not_granted:
            return
        try:
            await self._web.react(*place, REACTION, is_there=is_there)
        except NotGranted as error:
            self._remember(method, error)
            return
        except DeliveryRefused:
            return  # the question is gone
        if is_there:
            self._reactions[place] = None
        else:
            self._reactions.pop(place, None)

    def _remember(self, method: str, error: NotGranted) -> None:
        self._not_granted.add(method)
        facts = {"action": "show_working", "platform": PLATFORM, "method": method, "reason": str(error)}
        LOG.warning("Slack does not let the app show that it works", extra=facts)
