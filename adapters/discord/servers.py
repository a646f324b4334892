"""Points discord.py at another server than Discord's own."""

from __future__ import annotations

import discord.gateway
import discord.http
import yarl


class Servers:
    """Where discord.py finds REST API and gateway, from `use` until `restore`.

    discord.py 2.7 keeps both as class attributes and has no option for them, so they hold for the whole process. They
    are touched only where they are configured, and put back when the adapter closes, so that a second bot in this
    process, or the next test, talks to Discord itself again.
    """

    def __init__(self, api_url: str, gateway_url: str) -> None:
        self._api_url = api_url.rstrip("/")
        self._gateway_url = gateway_url
        self._before: tuple[str, yarl.URL] | None = None

    def use(self) -> None:
        """Take effect; a second call changes nothing."""
        if self._before is not None:
            return
        self._before = (discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY)
        if self._api_url:
            discord.http.Route.BASE = self._api_url
        if self._gateway_url:
            discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(self._gateway_url)

    def restore(self) -> None:
        """Undo `use`, if it was called."""
        if self._before is None:
            return
        base, gateway = self._before
        self._before = None
        if self._api_url:
            discord.http.Route.BASE = base
        if self._gateway_url:
            discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = gateway
