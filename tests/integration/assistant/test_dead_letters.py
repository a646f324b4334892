"""Messages that could not be answered, as the operator handles them on the command line."""

from __future__ import annotations

import json

import psycopg
import pytest
from click.testing import CliRunner, Result

from assistant.cli import main
from assistant.conversations.inbox import Inbox
from assistant.conversations.model import Answer, Trace
from assistant.conversations.store import ConversationStore
from assistant.queue import WakeUpQueue
from tests.fakes.platform import FakePlatform


@pytest.fixture
async def dead(inbox: Inbox, platform: FakePlatform, store: ConversationStore) -> list[int]:
    """Two dead messages, and an answered one between them."""
    ids = []
    for text, is_dead in (("where is [bold]my[/bold] parcel?", True), ("hello", False), ("and mine?", True)):
        accepted = await inbox.accept(platform.message(text, mention=True))
        assert accepted.message_id is not None
        work = store.take(accepted.message_id)
        assert work is not None
        trace = Trace(error="ModelUnavailable" if is_dead else "")
        store.reply(work, Answer("sorry", "failed" if is_dead else "answered", (), trace, is_dead=is_dead))
        ids += [accepted.message_id] * is_dead
    return ids


@pytest.fixture
def run(database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", redis_url)

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["dead", *arguments])

    return invoke


def test_list_shows_the_dead_oldest_first(run, dead: list[int]) -> None:  # type: ignore[no-untyped-def]
    """With what failed; what people wrote is shown as they wrote it."""
    lines = [json.loads(line) for line in run("list", "--json").stdout.splitlines()]
    assert [(line["id"], line["error"], line["reply"]) for line in lines] == [
        (dead[0], "ModelUnavailable", "sorry"),
        (dead[1], "ModelUnavailable", "sorry"),
    ]
    assert "[bold]" in run("list").stdout


def test_nothing_dead_is_said_so(run) -> None:  # type: ignore[no-untyped-def]
    """An empty table would leave one wondering."""
    assert run("list").stdout == "every message was answered\n"
    assert run("list", "--json").stdout == ""


def test_show_gives_one_of_them(run, dead: list[int]) -> None:  # type: ignore[no-untyped-def]
    """Who wrote what, where, and what came instead of an answer."""
    shown = json.loads(run("show", str(dead[1]), "--json").stdout)
    assert (shown["text"], shown["author_name"], shown["platform"]) == ("and mine?", "Person U1", "fake")
    assert "and mine?" in run("show", str(dead[1])).stdout


def test_retry_lets_them_wait_again_and_wakes_a_worker(  # type: ignore[no-untyped-def]
    run, dead: list[int], queue: WakeUpQueue, store: ConversationStore, sql: psycopg.Connection
) -> None:
    """The new answer takes the place of the apology: the same delivery, changed."""
    assert json.loads(run("retry", str(dead[0]), "--json").stdout) == {"retried": [dead[0]]}
    assert queue.length() == 1
    work = store.take(dead[0])
    assert work is not None
    store.reply(work, Answer("here it is", "answered", (), Trace()))
    rows = sql.execute("select text, revision from deliveries where message_id = %s", [dead[0]]).fetchall()
    assert rows == [("here it is", 1)]
    assert json.loads(run("retry", "--all", "--json").stdout) == {"retried": [dead[1]]}


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("show", "999"), "assistant dead list"),
        (("retry", "999"), "assistant dead list"),
        (("retry",), "--all"),
        (("retry", "1", "--all"), "--all"),
    ],
)
def test_mistake_is_told_in_one_line(run, arguments: tuple[str, ...], advice: str) -> None:  # type: ignore[no-untyped-def]
    """What to do stands in it."""
    result = run(*arguments)
    assert result.exit_code == 1
    assert advice in result.stderr
    assert result.stderr.count("\n") == 1
