"""Llamadesk as a plugin of an existing bot on Python Wechaty (the extra `wechaty`).

    plugin = LlamadeskPlugin()
    bot.use(plugin)  # and `plugin.adapter` is the ChatAdapter for the bot's account

On Python 3.11 and 3.12 `make_importable` of wechaty_import comes before the bot's own `import wechaty`.
"""

from __future__ import annotations

from typing import Any

from adapters.wechat.bot import BotAdapter
from adapters.wechat.wechaty_import import make_importable

make_importable()

from wechaty import WechatyPlugin, WechatyPluginOptions  # noqa: E402 - it can't be imported before


class LlamadeskPlugin(WechatyPlugin):  # type: ignore[misc] # untyped
    """Tells the adapter what the bot hears. Other plugins of the bot go on as before, and hear the same."""

    def __init__(self, adapter: BotAdapter | None = None) -> None:
        super().__init__(WechatyPluginOptions(name="llamadesk"))
        self.adapter = adapter or BotAdapter()

    async def on_login(self, contact: Any) -> None:
        if self.bot is not None:
            self.adapter.log_in(self.bot.puppet, str(contact.contact_id))

    async def on_logout(self, contact: Any) -> None:
        self.adapter.log_out()

    async def on_message(self, msg: Any) -> None:
        self.adapter.receive(str(msg.message_id))
