"""The examples of docs/plugins.md, run as they stand: the assistant in somebody's bot, whose own commands go on."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from adapters.base import ReplyAddress
from assistant.child_process import UNTIL_INPUT_ENDS
from assistant.embedding.base import Embedder
from assistant.plugins import gateway
from assistant.presence import live_workers
from tests.acceptance.desk import working
from tests.acceptance.shop import CONVERSATION
from tests.contracts.adapter_harness import Post
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.platform import FakePlatform
from tests.fakes.slack_server import FakeSlack
from tests.fakes.tgi_server import FakeTgi
from tests.fakes.until import until
from tests.fakes.wechat_npm_gateway import TOKEN, missing, npm_gateway
from tests.fakes.wechat_npm_harness import NpmHarness

ROOT = Path(__file__).parents[2]
PATIENCE_S = 40.0
TURN = CONVERSATION[0]

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def served(database_url: str, redis_url: str) -> dict[str, str]:
    """The settings of the stores."""
    return {"DATABASE_URL": database_url, "REDIS_URL": redis_url}


def example(name: str) -> str:
    """The code of that example in the documentation."""
    page = (ROOT / "docs" / "plugins.md").read_text("utf-8")
    found = re.search(rf"<!-- example: {name} -->\n```python\n(.*?)```", page, re.DOTALL)
    assert found is not None
    return found[1]


@asynccontextmanager
async def running(code: str, folder: Path, **environment: str) -> AsyncIterator[None]:
    """Run the code in a process of its own, which must still be there at the end of the block."""
    script = folder / "bot.py"
    script.write_text(code, "utf-8")
    env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    env |= {"PYTHONPATH": str(ROOT)} | environment
    process = await asyncio.to_thread(subprocess.Popen, [sys.executable, str(script)], cwd=folder, env=env)
    try:
        yield
        assert process.poll() is None
    finally:
        process.terminate()
        try:
            await asyncio.to_thread(process.wait, 30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def replaced(code: str, old: str, new: str) -> str:
    """The code with another server's address; all else as it stands."""
    assert old in code
    return code.replace(old, new)


async def seen(there: Callable[[], bool]) -> None:
    await until(there, PATIENCE_S)


def slack_bot(name: str, api_url: str) -> str:
    """The example of that name, with the fake's address in its client."""
    client, package = {
        "slack": ("AsyncWebClient", "slack_sdk.web.async_client"),
        "slack-sync": ("WebClient", "slack_sdk"),
    }[name]
    token = 'token=os.environ["SLACK_BOT_TOKEN"]'
    ours = f'client={client}({token}, base_url="{api_url}")'
    return f"from {package} import {client}\n" + replaced(example(name), token, ours)


@pytest.mark.parametrize("name", ["slack", "slack-sync"])
async def test_slack_bot_answers_beside_its_own_listeners(
    name: str, served: dict[str, str], embedder: Embedder, tgi: FakeTgi, tmp_path: Path
) -> None:
    """A question goes to the assistant, a command to the bot, and neither is lost on the other."""
    stores = (served["DATABASE_URL"], served["REDIS_URL"])
    async with FakeSlack() as slack, working(*stores, embedder, tgi.url):
        tokens = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}
        async with running(slack_bot(name, slack.api_url), tmp_path, **served, **tokens):
            async with asyncio.timeout(PATIENCE_S):
                await slack.socket_mode.opened_in_all(1)
            question = await slack.post(f"{slack.bot_mention} {TURN.question}", channel="C1")
            await seen(lambda: any(TURN.answer in message.text for message in slack.messages("C1", question)))
            await slack.post("deploy status", channel="C1")
            await seen(lambda: [message.text for message in slack.messages("C1")] == ["All is deployed."])
            assert len(slack.messages("C1", question)) == 1


async def test_discord_bot_answers_beside_its_own_commands(
    served: dict[str, str], embedder: Embedder, tgi: FakeTgi, tmp_path: Path
) -> None:
    """Loaded as an extension before the bot is connected."""
    stores = (served["DATABASE_URL"], served["REDIS_URL"])
    async with FakeDiscord() as discord, working(*stores, embedder, tgi.url):
        servers = (
            "import discord.gateway, discord.http, yarl\n"
            f"discord.http.Route.BASE = {discord.api_url!r}\n"
            f"discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL({discord.gateway_url!r})\n"
        )
        code = servers + example("discord")
        async with running(code, tmp_path, **served, DISCORD_BOT_TOKEN=discord.token):
            # What was written before is not the assistant's: its commands tell that it listens.
            await seen(lambda: len(discord.rest.interactions.registered) > 0)
            question = str((await discord.post(TURN.question, mention=True))["id"])
            general = discord.world.general

            def answered() -> list[str]:
                return [message["content"] for message in discord.messages(general, question)]

            await seen(lambda: question in discord.world.channels and any(TURN.answer in text for text in answered()))
            await discord.post("!deploy")
            await seen(lambda: "All is deployed." in [message["content"] for message in discord.messages(general)])
            assert len(answered()) == 1


@pytest.mark.skipif(bool(missing()), reason=missing())
@pytest.mark.skipif(sys.version_info >= (3, 13), reason="Python Wechaty ends at Python 3.12")
async def test_wechaty_bot_answers_beside_its_own_handlers(
    served: dict[str, str], embedder: Embedder, tgi: FakeTgi, tmp_path: Path
) -> None:
    """Through Wechaty's own gateway, with its mock of WeChat."""
    stores = (served["DATABASE_URL"], served["REDIS_URL"])
    with npm_gateway() as gateway, socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        unused.close()
        account = {"WECHATY_PUPPET_SERVICE_TOKEN": TOKEN, "WECHATY_PUPPET_SERVICE_ENDPOINT": gateway.endpoint}
        harness = NpmHarness(gateway)
        async with working(*stores, embedder, tgi.url):
            code = replaced(example("wechaty"), "port=5000", f"port={port}")
            async with running(code, tmp_path, **served, **account):
                await asked_and_answered(harness, served["DATABASE_URL"])


async def test_worker_beside_a_bot_is_kept_running(
    database_url: str, redis_url: str, tgi: FakeTgi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed, it is started again and answers; with the gateway it ends."""
    settings = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "TGI_URL": tgi.url}
    for name, value in (settings | {"ASSISTANT_HOME": str(tmp_path)}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    platform = FakePlatform()
    async with gateway(platform, with_worker=True):
        worker = await only_worker()
        await seen(lambda: live_workers(database_url) == 1)
        worker.kill()
        await seen(lambda: live_workers(database_url) == 0)
        await platform.people_say(platform.message(TURN.question, mention=True))
        await seen(lambda: len(platform.shown) == 1)
        another = await only_worker()
        assert another.pid != worker.pid
    assert not another.is_running()


async def only_worker() -> psutil.Process:
    """The worker that this process started."""
    children = await asyncio.to_thread(psutil.Process().children)
    [worker] = [child for child in children if UNTIL_INPUT_ENDS in child.cmdline()]
    return worker


async def asked_and_answered(harness: NpmHarness, database_url: str) -> None:
    """Ask, again and again until the bot is there to hear it, and see the answer."""
    async with asyncio.timeout(PATIENCE_S):
        while not stored(database_url):
            await harness.post(Post(TURN.question, direct=True))
            await asyncio.sleep(2)
        address = stored(database_url)[0]
        while not any(TURN.answer in text for text in await harness.visible(address)):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def stored(database_url: str) -> list[ReplyAddress]:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("select reply_address from messages order by id").fetchall()
    return [ReplyAddress(**row[0]) for row in rows]
