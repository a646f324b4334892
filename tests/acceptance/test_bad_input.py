"""An operator's mistake ends the command with one line that names it, an exit code, and no traceback."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web

from assistant import phrases
from tests.fakes.slack_server import FakeSlack
from tests.fakes.tgi_server import FakeTgi

ROOT = Path(__file__).resolve().parents[2]
CLOSED = "127.0.0.1:1"  # nobody listens on port 1
TIME_LIMIT_S = 100
DATABASE_DOWN = {"DATABASE_URL": f"postgresql://nobody@{CLOSED}/none"}
REDIS_DOWN = {"REDIS_URL": f"redis://{CLOSED}/0"}
MODEL_DOWN = {"TGI_URL": f"http://{CLOSED}"}


@dataclass(frozen=True, slots=True)
class Outcome:
    code: int
    out: str
    lines: list[str]

    def refusal(self) -> str:
        """The one line that tells the operator what to do."""
        assert self.code not in (0, None)
        assert self.out == ""
        assert len(self.lines) == 1, self.lines
        assert "error: " in self.lines[0]
        return self.lines[0]


class Assistant:
    """The command, as an operator runs it in a folder and an environment of its own; `typed` is its standard input."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.typed = b""
        self.folder = folder
        self.settings = settings

    async def __call__(self, *arguments: str | bytes, **settings: str) -> Outcome:
        base = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        base |= {"HOME": str(self.folder), "PYTHONPATH": str(ROOT), "ASSISTANT_HOME": str(self.folder / "home")}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "assistant", *arguments,
            cwd=self.folder, env=base | self.settings | settings,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            async with asyncio.timeout(TIME_LIMIT_S):
                out, error = await process.communicate(self.typed)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return Outcome(process.returncode or 0, out.decode(), error.decode().splitlines())


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture
def unserved(folder: Path) -> Assistant:
    """With neither database nor Redis: for what must be seen before either is asked."""
    return Assistant(folder, DATABASE_DOWN | REDIS_DOWN | MODEL_DOWN)


@pytest.fixture
def assistant(folder: Path, database_url: str, redis_url: str) -> Assistant:
    """With a database and a Redis that work."""
    return Assistant(folder, {"DATABASE_URL": database_url, "REDIS_URL": redis_url} | MODEL_DOWN)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        yield slack


@pytest.fixture
def taken_port() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(server.getsockname()[1])


@pytest.fixture
async def web_page() -> AsyncIterator[str]:
    """A server that answers everything with HTML, as a proxy with a login page does."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<html><body>Please log in</body></html>", content_type="text/html")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", page)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def slack_settings(slack: FakeSlack, bot_token: str = FakeSlack.bot_token) -> dict[str, str]:
    return {"SLACK_BOT_TOKEN": bot_token, "SLACK_APP_TOKEN": slack.app_token, "SLACK_API_URL": slack.api_url}


# -- settings: seen before anything is started or asked


@pytest.mark.parametrize("command", [("gateway",), ("up",), ("worker",), ("chat",), ("ask", "hello"), ("doctor",)])
async def test_bad_value_is_named_by_every_command(unserved: Assistant, command: tuple[str, ...]) -> None:
    """Although database, Redis and model are away as well."""
    refusal = (await unserved(*command, ASSISTANT_TOP_K="lots")).refusal()
    assert "ASSISTANT_TOP_K" in refusal
    assert "'lots'" in refusal


async def test_misspelled_name_in_the_file_is_named(unserved: Assistant) -> None:
    """With what was probably meant, and without its value."""
    (unserved.folder / ".env").write_text("SLACK_BOT_TOKN=xoxb-very-secret\n")
    refusal = (await unserved("gateway")).refusal()
    assert "SLACK_BOT_TOKN in .env" in refusal
    assert "did you mean SLACK_BOT_TOKEN?" in refusal
    assert "very-secret" not in refusal


async def test_misspelled_name_in_the_environment_is_named(unserved: Assistant) -> None:
    """A setting of ours that would be ignored in silence."""
    assert "did you mean ASSISTANT_HTTP_PORT?" in (await unserved("gateway", ASSISTANT_HTTP_PROT="80")).refusal()


@pytest.mark.parametrize("question", ["", "   ", "\n"])
async def test_empty_question_is_refused(unserved: Assistant, question: str) -> None:
    """Before anything is started for it."""
    assert "question is empty" in (await unserved("ask", question)).refusal()


# -- what is away


@pytest.mark.parametrize("command", [("gateway",), ("up",), ("worker",), ("ask", "hello")])
async def test_database_that_is_down_is_named(unserved: Assistant, command: tuple[str, ...]) -> None:
    """First of all that is away: nothing goes without it."""
    assert "DATABASE_URL" in (await unserved(*command)).refusal()


async def test_redis_that_is_down_is_named(assistant: Assistant, slack: FakeSlack, taken_port: str) -> None:
    """Before the port and the token, which may be wrong as well."""
    settings = slack_settings(slack, "xoxb-wrong") | REDIS_DOWN | {"ASSISTANT_HTTP_PORT": taken_port}
    assert "REDIS_URL" in (await assistant("gateway", **settings)).refusal()


async def test_worker_names_redis_that_is_down(assistant: Assistant) -> None:
    """Before it loads its model."""
    assert "REDIS_URL" in (await assistant("worker", **REDIS_DOWN)).refusal()


async def test_model_server_that_is_down_is_named(assistant: Assistant) -> None:
    """Before a worker is started, whose answer would only be an apology."""
    refusal = (await assistant("ask", "hello")).refusal()
    assert CLOSED in refusal or "TGI_URL" in refusal


@pytest.mark.parametrize("setting", ["TGI_URL", "OPENAI_BASE_URL"])
async def test_web_page_in_place_of_a_model_is_told(assistant: Assistant, web_page: str, setting: str) -> None:
    """A proxy's login page is no model, and none of its text is shown as one's."""
    settings = {"TGI_URL": ""} | {setting: web_page}
    refusal = (await assistant("ask", "hello", **settings)).refusal()
    assert web_page.removeprefix("http://") in refusal or setting in refusal
    assert "log in" not in refusal


# -- the gateway's own


async def test_taken_port_is_named(assistant: Assistant, slack: FakeSlack, taken_port: str) -> None:
    """The port is this machine's matter, and is seen before Slack is asked."""
    settings = slack_settings(slack, "xoxb-wrong") | {"ASSISTANT_HTTP_PORT": taken_port}
    refusal = (await assistant("gateway", **settings)).refusal()
    assert taken_port in refusal
    assert "ASSISTANT_HTTP_PORT" in refusal


async def test_taken_port_ends_all_in_one_too(assistant: Assistant, slack: FakeSlack, taken_port: str) -> None:
    """At once: no worker was started for nothing."""
    settings = slack_settings(slack) | {"ASSISTANT_HTTP_PORT": taken_port}
    assert "ASSISTANT_HTTP_PORT" in (await assistant("up", **settings)).refusal()


async def test_wrong_slack_token_is_named(assistant: Assistant, slack: FakeSlack) -> None:
    """The token itself is not shown."""
    settings = slack_settings(slack, "xoxb-wrong-one") | {"ASSISTANT_HTTP_PORT": "0"}
    refusal = (await assistant("gateway", **settings)).refusal()
    assert "SLACK_BOT_TOKEN" in refusal
    assert "wrong-one" not in refusal


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        ({}, "SLACK_BOT_TOKEN"),
        ({"SLACK_APP_TOKEN": "xapp-x"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-x"}, "SLACK_APP_TOKEN"),
    ],
)
async def test_missing_half_of_a_platform_is_named(
    assistant: Assistant, settings: dict[str, str], missing: str
) -> None:
    """A gateway with nothing to serve does not start."""
    assert missing in (await assistant("gateway", **settings)).refusal()


# -- words in another encoding: no mistake of the operator's, and answered


async def test_question_in_another_encoding_is_answered(assistant: Assistant, tgi: FakeTgi) -> None:
    """Its bytes are no UTF-8; nothing that can't be printed comes back."""
    outcome = await assistant("ask", b"caf\xe9?", "--json", TGI_URL=tgi.url)
    assert (outcome.code, outcome.lines) == (0, [])
    reply = json.loads(outcome.out)
    assert (reply["question"], reply["decision"], reply["text"]) == ("caf??", "refused", phrases.ENGLISH.unknown)


async def test_piped_line_in_another_encoding_does_not_end_the_others(assistant: Assistant, tgi: FakeTgi) -> None:
    """One question a line; each gets its reply."""
    assistant.typed = b"caf\xe9?\n\nanother?\n"
    outcome = await assistant("chat", TGI_URL=tgi.url)
    assert (outcome.code, outcome.lines) == (0, [])
    assert outcome.out.count(phrases.ENGLISH.unknown) == 2
    assert [line for line in outcome.out.splitlines() if line.startswith(">")] == ["> caf\ufffd?", "> another?"]
