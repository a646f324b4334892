"""What the bots that ours is measured against have in common: Bolt, listening for signed events."""

from __future__ import annotations

import asyncio
import os
from signal import SIGINT, SIGTERM

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

PATH = "/slack/events"


def new_app() -> AsyncApp:
    """A Bolt app as its documentation begins one."""
    token = os.environ["SLACK_BOT_TOKEN"]
    client = AsyncWebClient(token=token, base_url=os.environ["SLACK_API_URL"])
    return AsyncApp(client=client, signing_secret=os.environ["SLACK_SIGNING_SECRET"])


async def serve(app: AsyncApp) -> None:
    """Print where it listens, and serve until SIGTERM."""
    stopping = asyncio.Event()
    for number in (SIGTERM, SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    runner = web.AppRunner(app.web_app(PATH), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}", flush=True)
    await stopping.wait()
    await runner.cleanup()
