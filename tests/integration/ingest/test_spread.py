"""`ingest sync --workers` with real worker processes, Postgres, Redis and embedding model."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from ingest.spread.jobs import TaskJob
from tests.fakes.until import until
from tests.integration.ingest.cli_runner import lines, run, write

pytestmark = pytest.mark.xdist_group("embedding_model")

GOOD = 28
RUNNING = "select holder from ingest_tasks where state = 'running' order by id limit 1"
STORED = """
select d.uri, count(*), count(distinct e.chunk_id) from documents d
join chunks c on c.document_id = d.id left join embeddings e on e.chunk_id = c.id group by d.uri
"""


@pytest.fixture(autouse=True)
def _redis(monkeypatch: pytest.MonkeyPatch, redis_url: str) -> None:
    monkeypatch.setenv("REDIS_URL", redis_url)


@pytest.fixture
def _exported(exports: Path) -> None:
    """The embedding model is exported before, which takes half a minute."""
    if not any(exports.rglob("*.onnx")):
        run("add", "-", "--name", "first.md", stdin="text")
        run("remove", "stdin:first.md")


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def write_documents() -> set[str]:
    """Some with enough in them that a sync takes a while, and two bad ones; the uris of the good ones."""
    Path("bad.md").write_bytes(b"\xff\xfe\x00")
    write("empty.md", "")
    return {
        write(f"doc{number}.md", "\n\n".join(f"# Part {part}\n\n{number} {part} {'word ' * 60}" for part in range(4)))
        for number in range(GOOD)
    }


@contextmanager
def syncing(*options: str) -> Iterator[subprocess.Popen[str]]:
    """A sync of the working directory under way."""
    command = [sys.executable, "-m", "ingest", "sync", ".", "--json", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.communicate()


def finished(process: subprocess.Popen[str]) -> tuple[list[dict[str, Any]], str]:
    """What it printed, on both of its outputs."""
    stdout, stderr = process.communicate(timeout=90)
    return [json.loads(line) for line in stdout.splitlines()], stderr


def check_all_is_there(good: set[str], told: list[dict[str, Any]], connection: psycopg.Connection) -> None:
    """Each good document stored once with its four chunks, each bad one named."""
    *changes, summary = told
    assert Counter(change["uri"] for change in changes) == Counter(
        [*good, str(Path("bad.md").absolute()), str(Path("empty.md").absolute())]
    )
    assert (summary["added"], summary["failed"]) == (GOOD, 2)
    assert set(connection.execute(STORED).fetchall()) == {(uri, 4, 4) for uri in good}
    assert connection.execute("select count(*) from ingest_runs").fetchone() == (0,)
    assert connection.execute("select count(*) from ingest_tasks").fetchone() == (0,)


async def a_holder(connection: psycopg.Connection) -> int:
    """The process id of a worker that is at something."""
    await until(lambda: connection.execute(RUNNING).fetchone(), timeout_s=60)
    row = connection.execute(RUNNING).fetchone()
    assert row is not None
    return int(row[0].rpartition("-")[2])


@pytest.mark.usefixtures("_exported")
async def test_killed_worker_costs_nothing(connection: psycopg.Connection) -> None:
    """Its documents are taken over; bad ones are refused as without workers, and nothing is left behind."""
    good = write_documents()
    with syncing("--workers", "2") as process:
        os.kill(await a_holder(connection), signal.SIGKILL)
        told, stderr = await asyncio.to_thread(finished, process)
    assert process.returncode == 1
    assert (stderr.count("bad.md is UTF-16"), stderr.count("empty.md is empty")) == (1, 1)
    check_all_is_there(good, told, connection)
    assert lines(run("sync", ".", "--json"))[-1]["unchanged"] == GOOD


@pytest.mark.usefixtures("_exported")
async def test_emptied_and_foreign_redis_costs_nothing(connection: psycopg.Connection, redis_url: str) -> None:
    """Wake-ups that got lost are made up for, and what others put into the queue is passed over."""
    good = write_documents()
    with redis.Redis.from_url(redis_url) as client, syncing("--workers", "1") as process:
        client.rpush(f"rq:queue:{TaskJob.queue_name}", "not-ours", "message-1", "ingest-1")
        client.hset(
            "rq:job:not-ours", mapping={"data": '["os.system", null, ["touch stolen"], {}]', "status": "queued"}
        )
        await a_holder(connection)
        client.flushall()
        told, _ = await asyncio.to_thread(finished, process)
    check_all_is_there(good, told, connection)
    assert "stolen" not in os.listdir()  # noqa: PTH208


def test_spread_sync_is_as_any_other() -> None:
    """The same words for changed, unchanged and removed documents; an archive's are told one by one."""
    write("a.md", "one")
    write("b.md", "two")
    run("sync", ".")
    write("a.md", "other")
    Path("b.md").unlink()
    write("c.md", "three")
    result = run("sync", ".", "--json", "--workers", "1")
    *changes, summary = lines(result)
    assert {Path(change["uri"]).name: change["status"] for change in changes} == {
        "a.md": "changed",
        "b.md": "removed",
        "c.md": "added",
    }
    assert (result.exit_code, summary["embedded_chunks"]) == (0, 2)
    again = lines(run("sync", ".", "--json", "--workers", "1"))
    assert [(told["status"], told["unchanged"]) for told in again] == [("synced", 2)]


def test_worker_without_its_model_is_told(monkeypatch: pytest.MonkeyPatch, connection: psycopg.Connection) -> None:
    """The sync fails instead of waiting for ever."""
    monkeypatch.setenv("EMBEDDING_MODEL", "/no/such/model")
    write("a.md", "one")
    result = run("sync", ".", "--json", "--workers", "1")
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert "no ingest worker runs" in result.stderr
    assert connection.execute("select count(*) from ingest_runs").fetchone() == (0,)


def test_help_tells_of_both_sides() -> None:
    """Where work is spread, and who helps."""
    assert "--workers N" in run("sync", "--help").stdout
    assert "ingest sync --workers" in " ".join(run("worker", "--help").stdout.split())
