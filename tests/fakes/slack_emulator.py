"""Slack's Web API as somebody else understands it: npm `emulate`, see tests/npm/slack_emulator.mjs. Its people and
channels are its own: one admin, and the channel `general`, of which the assistant's app is no member until it joins."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

NPM = Path(__file__).resolve().parent.parent / "npm"
BOT_TOKEN, PERSON_TOKEN = "xoxb-emulated-llamadesk", "xoxp-emulated-person"
BOT_USER, BOT_ID, PERSON, CHANNEL, TEAM = "U0LLAMADESK", "B0LLAMADESK", "U000000001", "C000000001", "T000000001"


def missing() -> str:
    """Give why it can't be run here, "" if it can."""
    if shutil.which("node") is None:
        return "Node is not installed"
    is_there = (NPM / "node_modules" / "emulate" / "package.json").exists()
    return "" if is_there else "emulate is not installed in tests/npm: run npm ci there"


@contextmanager
def slack_emulator(scopes: Sequence[str]) -> Iterator[str]:
    """Run it, with an app that has these scopes and no others, and give the address of its Web API."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    command = ["node", "slack_emulator.mjs", str(port), json.dumps(_seed(scopes))]
    process = subprocess.Popen(command, cwd=NPM, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        assert process.stdout is not None
        if not any(line.startswith('{"answer"') for line in process.stdout):
            raise RuntimeError(f"the emulator ended with {process.wait(10)}")
        yield f"http://127.0.0.1:{port}/api/"
    finally:
        process.kill()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


def _seed(scopes: Sequence[str]) -> dict[str, object]:
    app = {"app_id": "A0LLAMADESK", "client_id": "1.1", "client_secret": "x", "redirect_uris": [], "name": "Llamadesk"}
    bot = {"bot_id": BOT_ID, "bot_user_id": BOT_USER, "scopes": list(scopes)}
    person_scopes = ["chat:write", "im:write", "channels:write", "channels:history", "im:history", "reactions:read"]
    return {
        "strict_scopes": True,
        "oauth_apps": [{**app, **bot, "bot_name": "llamadesk"}],
        "tokens": [
            {"token": BOT_TOKEN, "type": "bot", "user_id": BOT_USER, "app_id": "A0LLAMADESK", **bot},
            {"token": PERSON_TOKEN, "type": "user", "user_id": PERSON, "scopes": person_scopes},
        ],
    }
