"""`assistant gateway` with Slack and WeChat: WeChat lives in a process of its own, whose end is nobody else's."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.contracts.adapter_harness import Post
from tests.fakes.slack_server import FakeSlack
from tests.fakes.until import until
from tests.fakes.wechat_gateway import FakeGateway
from tests.fakes.wechat_harness import WechatHarness

ROOT = Path(__file__).parents[2]
PATIENCE_S = 40.0

pytestmark = pytest.mark.timeout(240)


@asynccontextmanager
async def gateway_process(folder: Path, **settings: str) -> AsyncIterator[subprocess.Popen[bytes]]:
    """The command, as an operator runs it."""
    env = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    env |= {"HOME": str(folder), "PYTHONPATH": str(ROOT), "ASSISTANT_HTTP_PORT": "0"} | settings
    command = [sys.executable, "-m", "assistant", "gateway"]
    process = await asyncio.to_thread(subprocess.Popen, command, cwd=folder, env=env)
    try:
        yield process
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 60)


def stored(database_url: str) -> list[tuple[str, str]]:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "select c.platform, m.text from messages m join conversations c on c.id = m.conversation_id order by m.id"
        )
        return rows.fetchall()


async def test_end_of_wechats_process_is_nobody_elses(database_url: str, redis_url: str, tmp_path: Path) -> None:
    """Killed, it is started again; Slack goes on meanwhile, and all of them end together."""
    async with FakeSlack() as slack, FakeGateway() as wechat:
        settings = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.api_url,
            "WECHATY_PUPPET_SERVICE_TOKEN": wechat.token,
            "WECHATY_PUPPET_SERVICE_ENDPOINT": wechat.endpoint,
        }
        async with gateway_process(tmp_path, **settings) as process:
            await until(lambda: wechat.is_connected, PATIENCE_S)
            [child] = await asyncio.to_thread(psutil.Process(process.pid).children)
            child.send_signal(signal.SIGKILL)
            await until(lambda: not wechat.is_connected, PATIENCE_S)
            async with asyncio.timeout(PATIENCE_S):
                await slack.socket_mode.opened_in_all(1)
            await slack.post(f"{slack.bot_mention} are you there?", channel="C1")
            await until(lambda: stored(database_url) == [("slack", "are you there?")], PATIENCE_S)
            await until(lambda: wechat.is_connected, PATIENCE_S)
            await WechatHarness(wechat).post(Post("and here?", direct=True))
            await until(lambda: stored(database_url)[1:] == [("wechat", "and here?")], PATIENCE_S)
            [another] = await asyncio.to_thread(psutil.Process(process.pid).children)
            assert another.pid != child.pid
        assert process.returncode == 0
        assert not psutil.pid_exists(another.pid)
