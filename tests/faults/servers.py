"""Postgres and Redis of the desk's own, on loopback ports that stay the same over every kill."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import redis

from assistant.embedded.account import postgres_account
from assistant.embedded.packages import postgres_folder, redis_executable
from assistant.embedded.postgres_files import runnable_postgres
from assistant.embedded.postgres_settings import INITDB_OPTIONS
from tests.faults.supervised import Command, Supervised

DATABASE = "llamadesk"
START_S = 60.0
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Postgres:
    """A cluster in `folder`; after a kill it recovers from its own log."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/{DATABASE}"
        self._data = folder / "postgres"
        self._account = postgres_account(self._data)
        self._program = runnable_postgres(self._account, postgres_folder()) / "bin"
        # The server may work as another user, and opens its data folder by its path.
        folder.chmod(0o755)
        words: list[str | Path] = [self._program / "postgres", "-D", self._data, *_postgres_options(self.port)]
        log = folder / "postgres.log"
        self.process = Supervised(Command("postgres", words, _ENVIRONMENT, log, Path("/"), self._account))

    async def start(self) -> None:
        """Make the cluster with an empty database, and serve."""
        await asyncio.to_thread(self._create)
        await self.process.start()
        await _until_true(self._answers)

    def _create(self) -> None:
        self._data.mkdir(mode=0o700)
        if self._account is not None:
            os.chown(self._data, self._account.uid, self._account.gid)
        self._run(["initdb", "-D", str(self._data), *INITDB_OPTIONS, "--no-sync"])
        self._run(["postgres", "--single", "-D", str(self._data), "postgres"], f"create database {DATABASE}\n")

    def _run(self, words: list[str], given: str = "") -> None:
        account = self._account
        subprocess.run(
            [self._program / words[0], *words[1:]],
            input=given.encode(),
            check=True,
            capture_output=True,
            cwd="/",
            env=_ENVIRONMENT,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


class Redis:
    """A Redis that keeps nothing: each kill empties it."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        words: list[str | Path] = [redis_executable(), *options, "--dir", folder]
        self.process = Supervised(Command("redis", words, _ENVIRONMENT, folder / "redis.log", folder))

    async def start(self) -> None:
        await self.process.start()
        await _until_true(self._answers)

    def empty(self) -> None:
        """Take all that it holds."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def _postgres_options(port: int) -> list[str]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "100",
        "shared_buffers": "64MB",
        "dynamic_shared_memory_type": "mmap",
        "jit": "off",
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
    }
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


async def _until_true(answers: Callable[[], bool]) -> None:
    async with asyncio.timeout(START_S):
        while not await asyncio.to_thread(answers):  # noqa: ASYNC110 (another process sets no event)
            await asyncio.sleep(0.05)
