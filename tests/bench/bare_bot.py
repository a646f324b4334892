"""The least that answers in Slack: Bolt, the model server, and nothing kept. `python -m tests.bench.bare_bot`.

No store, no retrieval, no queue: whatever it holds is gone when it is killed. It shows what Bolt itself allows.
"""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

import aiohttp

from tests.bench.bolt_server import new_app, serve

PROMPT = "[INST] <<SYS>>\nYou are a helpful assistant.\n<</SYS>>\n\n{question} [/INST]"


async def generate(session: aiohttp.ClientSession, question: str) -> str:
    """What the model says."""
    body = {"inputs": PROMPT.format(question=question), "parameters": {"max_new_tokens": 500, "temperature": 0.1}}
    async with session.post(f"{os.environ['TGI_URL']}/generate_stream", json=body) as response:
        async for line in response.content:
            if line.startswith(b"data:"):
                event = json.loads(line[5:])
                if event.get("generated_text") is not None:
                    return str(event["generated_text"])
    raise RuntimeError("the model's stream ended early")


async def main() -> None:
    app = new_app()
    # aiohttp's own limit of 100 connections would be this bot's limit.
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def on_mention(event: dict[str, Any], say: Any) -> None:
            await say(text=await generate(session, event["text"]), thread_ts=event["ts"])

        app.event("app_mention")(on_mention)
        await serve(app)


if __name__ == "__main__":
    asyncio.run(main())
