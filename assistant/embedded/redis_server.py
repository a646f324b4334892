"""The embedded Redis: a Unix socket in a private folder, and an append-only file."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from assistant.embedded.children import Children
from assistant.embedded.home import Home
from assistant.embedded.packages import redis_executable
from assistant.embedded.parts import Part
from assistant.embedded.program import Program
from assistant.embedded.started import Started

_START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 15.0


async def start_redis(home: Home, children: Children, say: Callable[[str], None]) -> Started:
    """Start the server. Redis itself repairs a file whose end a crash cut off, losing a second at most."""
    say("Starting Redis")
    path = home.sockets / "redis.sock"
    program = Program(
        name="Redis",
        command=[redis_executable(), *_options(home, path)],
        log=home.log(Part.REDIS),
        stop_signal=signal.SIGTERM,
        stop_timeout_s=_STOP_TIMEOUT_S,
        telling=r"Bad file format|[Ff]atal|[Ee]rror|Can't|No space",
        environment={"PATH": os.defpath},
    )
    process = children.start(program)
    await children.until(lambda: _answers(path), program, process, _START_TIMEOUT_S)
    return Started(process, {"redis_url": f"unix://{quote(str(path))}"})


def _options(home: Home, path: Path) -> list[str]:
    settings = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(home.redis),
        "save": "",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "aof-load-truncated": "yes",
        "maxmemory-policy": "noeviction",  # a full Redis must refuse a job, not drop one
        "daemonize": "no",
    }
    return [word for name, value in settings.items() for word in (f"--{name}", value)]


def _answers(path: Path) -> bool:
    """Whether Redis serves: while it still loads its file it answers -LOADING."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1.0)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False
