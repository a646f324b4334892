"""Every part comes up from nothing and does its work, wherever the home lies."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from urllib.error import HTTPError

import psycopg
import pytest
import redis

from assistant.database import migrate
from assistant.embedded import EmbeddedUrls, Part, embedded_stack
from assistant.embedded.home import open_home
from tests.integration.embedded.stack_user import stack_processes, survivors


def _complete(urls: EmbeddedUrls, api_key: str) -> dict[str, object]:
    body = json.dumps({"prompt": "The capital of France is", "max_tokens": 4, "temperature": 0}).encode()
    headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{urls.openai_base_url}/completions", body, headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 (the address is our own)
        found: dict[str, object] = json.load(answer)
    return found


def test_every_part_answers(home: Path) -> None:
    """One call brings up a database with pgvector, a Redis and a model that generates."""
    told: list[str] = []
    with embedded_stack(home, list(Part), on_status=told.append) as urls:
        with psycopg.connect(urls.database_url, autocommit=True) as connection:
            connection.execute("create extension vector")
            distance = connection.execute("select '[0,3]'::vector <-> '[4,0]'").fetchone()
        with redis.Redis.from_url(urls.redis_url) as client:
            pong = client.ping()
        completion = _complete(urls, urls.openai_api_key)
        with pytest.raises(HTTPError, match="401"):
            _complete(urls, "wrong")
    assert distance == (5.0,)
    assert pong is True
    assert "Paris" in str(completion["choices"])
    assert len(told) == 4
    assert urls.openai_api_key not in repr(urls)


def test_only_what_is_asked_for_is_started(home: Path) -> None:
    """URLs of other parts stay empty, and a later user gets a part that the first did not want."""
    with embedded_stack(home, [Part.REDIS]) as first:
        assert (first.database_url, first.openai_base_url) == ("", "")
        assert not open_home(home).postgres.exists()
        with embedded_stack(home, [Part.REDIS, Part.POSTGRES]) as second, psycopg.connect(second.database_url) as one:
            assert one.execute("select 1").fetchone() == (1,)
        assert second.redis_url == first.redis_url


def test_nothing_asked_for_starts_nothing(home: Path) -> None:
    """With every URL set there is no home at all."""
    with embedded_stack(home, []) as urls:
        assert urls == EmbeddedUrls()
    assert not home.exists()


@pytest.mark.parametrize(
    "name", ["a b%41ü", "long/" + "x" * 150], ids=["odd characters", "longer than a socket's path"]
)
def test_home_may_be_anywhere(home: Path, name: str) -> None:
    """The URLs work with psycopg, the migrations and Redis whatever the folder is called."""
    place = home / name
    with embedded_stack(place, [Part.POSTGRES, Part.REDIS]) as urls:
        migrate(urls.database_url)
        with psycopg.connect(urls.database_url) as connection:
            assert connection.execute("select count(*) from messages").fetchone() == (0,)
        with redis.Redis.from_url(urls.redis_url) as client:
            assert client.set("key", "value")
        sockets = open_home(place).sockets
        assert sockets.stat().st_mode & 0o777 == 0o700
    assert not sockets.exists()


def test_data_lives_in_the_home_and_is_still_there_next_time(home: Path) -> None:
    """What was written is found by the next stack of the same home, in Postgres and in Redis."""
    with embedded_stack(home, [Part.POSTGRES, Part.REDIS]) as urls:
        with psycopg.connect(urls.database_url) as connection:
            connection.execute("create table kept as select 7 as number")
        with redis.Redis.from_url(urls.redis_url) as client:
            client.set("kept", "8")
    with embedded_stack(home, [Part.POSTGRES, Part.REDIS]) as urls:
        with psycopg.connect(urls.database_url) as connection:
            assert connection.execute("select number from kept").fetchone() == (7,)
        with redis.Redis.from_url(urls.redis_url) as client:
            assert client.get("kept") == b"8"


def test_nothing_is_left_when_the_context_has_ended(home: Path) -> None:
    """The last user waits until every server is gone: the home may be removed at once."""
    with embedded_stack(home, list(Part)):
        processes = stack_processes(home)
    assert survivors(processes) == []
    assert sorted(path.name for path in home.iterdir()) == ["keeper.lock", "logs", "postgres", "redis", "start.lock"]
