"""Wechaty's own gateway, from npm, in front of its mock of WeChat: see tests/npm/wechat_gateway.cjs."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.fakes.wechat_world import NAMES, OFFICIAL

NPM = Path(__file__).resolve().parent.parent / "npm"
TOKEN = "llamadesk-npm-token"


def missing() -> str:
    """Give why it can't be run here, "" if it can."""
    if shutil.which("node") is None:
        return "Node is not installed"
    packages = [name for name in ("wechaty-puppet-service", "wechaty-puppet-mock") if not _is_there(name)]
    return f"not installed in tests/npm, run npm ci there: {', '.join(packages)}" if packages else ""


def _is_there(package: str) -> bool:
    return (NPM / "node_modules" / package / "package.json").exists()


class NpmGateway:
    """A running gateway at `endpoint`. Calls wait for its answer, which takes a millisecond."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.endpoint = f"127.0.0.1:{port}"
        self._process = process

    def do(self, action: str, **facts: Any) -> Any:
        """Carry out one of the script's actions."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": action, **facts}) + "\n")
        self._process.stdin.flush()
        return self.answer()

    def answer(self) -> Any:
        """Give the next answer; what else is printed is somebody's log."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith('{"answer"'):
                return json.loads(line)["answer"]
            if line.startswith('{"error"'):
                raise RuntimeError(line)
        raise RuntimeError(f"the gateway ended with {self._process.wait(10)}")


@contextmanager
def npm_gateway(*, tls: bool = False) -> Iterator[NpmGateway]:
    """Run a gateway with the people of the fake world."""
    port = _free_port()
    environment = {**os.environ, "WECHATY_LOG": "silent", "NODE_NO_WARNINGS": "1"}
    process = subprocess.Popen(
        ["node", "wechat_gateway.cjs", str(port), TOKEN, *["tls"] * tls],
        cwd=NPM,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        gateway = NpmGateway(process, port)
        gateway.answer()
        for contact_id, name in NAMES.items():
            gateway.do("contact", payload={"id": contact_id, "name": name, "type": 2 if contact_id in OFFICIAL else 1})
        yield gateway
    finally:
        process.kill()
        process.wait(10)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
