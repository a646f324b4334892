"""Listens to the events of a discord.py client beside whoever else does."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import discord
from discord.ext import commands

_log = logging.getLogger(__name__)

Handler = Callable[..., Coroutine[Any, Any, None]]


class Listeners:
    """Handlers by the name of their event ("on_message"), which are called from `add` until `remove`.

    A commands.Bot keeps any number of listeners. A plain Client has one method an event: the handler is put in front of
    the method that is there, which is called afterwards as ever. What a handler raises is logged by its class: it is no
    matter of the client's own error handler.
    """

    def __init__(self, client: discord.Client, handlers: Mapping[str, Handler]) -> None:
        self._client = client
        self._handlers = {name: _guarded(name, handler) for name, handler in handlers.items()}
        self._before: dict[str, Handler | None] = {}
        self._in_front: dict[str, Handler] = {}
        self._is_listening = False

    def add(self) -> None:
        """Take effect; a second call changes nothing."""
        if self._is_listening:
            return
        self._is_listening = True
        for name, handler in self._handlers.items():
            if isinstance(self._client, commands.bot.BotBase):
                self._client.add_listener(handler, name)
            else:
                self._put_in_front(name, handler)

    def remove(self) -> None:
        """Undo `add`, if it was called."""
        if not self._is_listening:
            return
        self._is_listening = False
        for name, handler in self._handlers.items():
            if isinstance(self._client, commands.bot.BotBase):
                self._client.remove_listener(handler, name)
            else:
                self._take_away(name)

    def _put_in_front(self, name: str, handler: Handler) -> None:
        theirs: Handler | None = getattr(self._client, name, None)

        async def both(*args: Any) -> None:
            # Stays there when somebody else has put theirs in front of it.
            if self._is_listening:
                await handler(*args)
            if theirs is not None:
                await theirs(*args)

        self._before[name] = vars(self._client).get(name)
        self._in_front[name] = both
        setattr(self._client, name, both)

    def _take_away(self, name: str) -> None:
        before, ours = self._before.pop(name), self._in_front.pop(name)
        if vars(self._client).get(name) is not ours:
            return
        if before is None:
            delattr(self._client, name)
        else:
            setattr(self._client, name, before)


def _guarded(name: str, handler: Handler) -> Handler:
    async def guarded(*args: Any) -> None:
        try:
            await handler(*args)
        except Exception as exc:  # noqa: BLE001 - what people and Discord send costs its own event alone
            facts = {"action": "discord_event_failed", "event": name, "error": type(exc).__name__}
            _log.warning("an event of Discord's could not be taken", extra=facts)

    return guarded
