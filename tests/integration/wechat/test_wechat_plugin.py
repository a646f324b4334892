"""The plugin in a whole bot of Python Wechaty, on Wechaty's own gateway; needs the extra `wechaty`."""

from __future__ import annotations

import asyncio
import importlib.util
import socket
import sys
from pathlib import Path

import pytest

from adapters.base import RenderedPart
from tests.contracts.adapter_harness import Inbox, Post
from tests.fakes.wechat_npm_gateway import TOKEN, missing, npm_gateway
from tests.fakes.wechat_npm_harness import NpmHarness

if importlib.util.find_spec("wechaty") is None or sys.version_info >= (3, 13):
    pytest.skip("Python Wechaty is not installed: pip install 'llamadesk[wechaty]'", allow_module_level=True)
if missing():
    pytest.skip(missing(), allow_module_level=True)


async def test_bot_with_the_plugin_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question comes through the bot, and so does its answer; the bot's own handlers hear it as before."""
    monkeypatch.chdir(tmp_path)  # Wechaty keeps its files where it runs
    from adapters.wechat.plugin import LlamadeskPlugin  # isort: skip
    from wechaty import Wechaty, WechatyOptions  # isort: skip

    with npm_gateway() as gateway, socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        options = WechatyOptions(token=TOKEN, endpoint=gateway.endpoint, host="127.0.0.1", port=unused.getsockname()[1])
        harness = NpmHarness(gateway)
        plugin, heard = LlamadeskPlugin(), Inbox()
        bot = Wechaty(options)
        heard_by_bot: list[str] = []
        bot.on("message", lambda message: heard_by_bot.append(message.text()))
        bot.use(plugin)
        running = asyncio.create_task(bot.start())
        await plugin.adapter.start(heard)
        await harness.post(Post("how long?", mention=True))
        [message] = await heard.first()
        await plugin.adapter.send(message.address, RenderedPart("thirty days"), "key")
        assert await harness.visible(message.address) == ["thirty days"]
        assert message.text == "how long?"
        assert any("how long?" in text for text in heard_by_bot)
        await plugin.adapter.close()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        bot.puppet.channel.close()  # bot.stop takes a minute more, and puppet.stop may wait for ever
