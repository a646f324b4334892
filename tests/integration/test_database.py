"""The schema comes up from nothing, and a wrong address is told in one line."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from yoyo import get_backend, read_migrations

from assistant.database import migrate
from assistant.errors import DatabaseUnavailable


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    """The second run finds its migrations applied."""
    migrate(database_url)
    with psycopg.connect(database_url) as connection:
        row = connection.execute("select count(*) from messages").fetchone()
    assert row == (0,)


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/none", "not a url"])
def test_unusable_database_names_the_setting(url: str) -> None:
    """The operator reads DATABASE_URL on one line."""
    with pytest.raises(DatabaseUnavailable, match="DATABASE_URL") as caught:
        migrate(url)
    assert "\n" not in str(caught.value)


@pytest.fixture
def last_release(database_url: str, tmp_path: Path) -> Iterator[str]:
    """A database with the schema of the last release, before 0004."""
    name = "before_" + database_url.split("/test_")[1].split("?", maxsplit=1)[0]
    url = database_url.replace(database_url.split("/")[3].split("?", maxsplit=1)[0], name)
    for file in (resources.files("infra") / "migrations").iterdir():
        if file.name.endswith(".sql") and file.name < "0004":
            shutil.copy(str(file), tmp_path)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        backend = get_backend(url.replace("postgresql://", "postgresql+psycopg://"))
        backend.apply_migrations(backend.to_apply(read_migrations(str(tmp_path))))
        backend.connection.close()
        yield url
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def test_knowledge_of_the_last_release_is_kept(last_release: str) -> None:
    """Vectors move into a live space of their own, with an index where they are many; replies know their chunks, and
    traces how old the words in them are."""
    with psycopg.connect(last_release, autocommit=True) as connection:
        connection.execute("insert into knowledge_sets (name, embedding_model, dimension) values ('faq', 'model', 2)")
        connection.execute(
            "insert into documents (knowledge_set_id, uri, title, content_hash) values (1, 'a', 'A', 'h')"
        )
        connection.execute(
            "insert into chunks"
            " (knowledge_set_id, document_id, position, heading_path, anchor, text, token_count, embedding)"
            " select 1, 1, n, '{Top}', '', 'text ' || n, 2, '[1,0]' from generate_series(1, 1200) n"
        )
        connection.execute(
            "insert into conversations (platform, workspace, channel, thread, knowledge_set)"
            " values ('p', '', 'c', '1', 'faq')"
        )
        connection.execute(
            "insert into messages"
            " (conversation_id, event_key, author_id, author_name, text, reply_address, state, sent_at)"
            " values (1, 'k', 'u', 'U', 'hello', '{}', 'answered', now())"
        )
        connection.execute(
            "insert into replies (message_id, conversation_id, text, decision) values (1, 1, 'hi', 'answered')"
        )
        connection.execute(
            "insert into traces (reply_id, prompt_version, prompt, model_id, parameters, chunks, gate, timings_s)"
            """ values (1, '', '', '', '{}', '[{"chunk_id": 3}, {"chunk_id": 5}]', '{}', '{}')"""
        )
        migrate(last_release)
        kept = connection.execute(
            "select s.embedding_model, s.is_live, count(*), count(distinct c.key) from embedding_spaces s"
            " join embeddings e on e.space_id = s.id join chunks c on c.id = e.chunk_id group by s.id"
        ).fetchall()
        assert kept == [("model", True, 1200, 1200)]
        assert connection.execute("select to_regclass('embeddings_space_1') is not null").fetchone() == (True,)
        assert connection.execute("select chunk_ids, is_withdrawn from replies").fetchone() == ([3, 5], False)
        kept_until = "select t.said_since = m.received_at from traces t, messages m where m.erased_at is null"
        assert connection.execute(kept_until).fetchall() == [(True,)]
        assert connection.execute("select source_uri, source_hash, audience from documents").fetchone() == (
            "a",
            "h",
            ["everyone"],
        )
