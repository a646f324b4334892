"""Connections: kept, replaced, bounded, encrypted, and given up in time."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.errors import DeadlineExceeded, ModelUnavailable
from assistant.llm.base import Deadlines, GenerationParameters
from assistant.llm.connection import GATHER_S, Connection
from assistant.llm.countdown import Countdown
from assistant.llm.dial import dial
from assistant.llm.gatherer import Gatherer
from assistant.llm.server_url import ServerUrl
from assistant.llm.tgi import TgiModel
from assistant.llm.transport import HttpTransport
from tests.fakes.model_behaviours import Cut, Drip, NoAnswer, Reply
from tests.fakes.tgi_server import FakeTgi

PARAMETERS = GenerationParameters(max_new_tokens=50)


@pytest.fixture
def server() -> Iterator[FakeTgi]:
    with FakeTgi() as running:
        yield running


@pytest.fixture
def model(server: FakeTgi) -> Iterator[TgiModel]:
    client = TgiModel(server.url)
    yield client
    client.close()


def test_one_connection_serves_one_call_after_another(server: FakeTgi, model: TgiModel) -> None:
    """Generations, counts and info share it."""
    for _ in range(5):
        model.info()
        model.count_tokens("x")
        model.generate("p", PARAMETERS, Deadlines())
    assert server.connections == 1


def test_calls_at_once_have_a_connection_each(server: FakeTgi, model: TgiModel) -> None:
    """And those are kept for the next calls."""
    for _ in range(2):
        server.script(*[Reply(first_token_s=0.3)] * 8)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: model.generate("p", PARAMETERS, Deadlines()), range(8)))
    assert server.connections == 8


def test_close_ends_the_idle_connections(server: FakeTgi) -> None:
    """The server sees them go."""
    transport = HttpTransport(ServerUrl.parse(server.url, "TGI_URL"))
    countdown = Countdown(Deadlines())
    with transport.request("GET", "/info", None, countdown) as response:
        response.read(10_000)
        transport.close()
    with transport.request("GET", "/info", None, countdown) as response:
        response.read(10_000)
    assert server.connections == 2


def test_no_more_idle_connections_than_allowed(server: FakeTgi) -> None:
    """The surplus is closed, the latest are kept."""
    transport = HttpTransport(ServerUrl.parse(server.url, "TGI_URL"), max_idle=1)
    for _ in range(2):
        first = transport.request("GET", "/info", None, Countdown(Deadlines()))
        second = transport.request("GET", "/info", None, Countdown(Deadlines()))
        with first as one, second as two:
            one.read(10_000)
            two.read(10_000)
    transport.close()
    assert server.connections == 3


def test_a_connection_that_the_server_gave_up_is_replaced(server: FakeTgi, model: TgiModel) -> None:
    """An unannounced close after an answer costs the next call nothing."""
    server.script(*[Reply(then_close=True)] * 3)
    for _ in range(4):
        assert model.generate("p", PARAMETERS, Deadlines()).text
    assert len(server.generations) == 4


@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_kept_connection_that_ends_under_the_request_is_replaced_once(
    server: FakeTgi, model: TgiModel, how: str
) -> None:
    """No byte of an answer had come, so the request is sent again on a new connection."""
    model.info()
    server.script(NoAnswer(how))
    assert model.generate("p", PARAMETERS, Deadlines()).text
    assert [request.connection for request in server.generations] == [1, 2]


def test_the_second_failure_counts(server: FakeTgi, model: TgiModel) -> None:
    """A server that closes a new connection too is not asked a third time."""
    model.info()
    server.script(NoAnswer("close"), NoAnswer("close"))
    with pytest.raises(ModelUnavailable):
        model.generate("p", PARAMETERS, Deadlines())
    assert len(server.generations) == 2


def test_a_new_connection_is_not_tried_twice(server: FakeTgi, model: TgiModel) -> None:
    """Only a kept connection can have been closed by the way."""
    server.script(NoAnswer("close"))
    with pytest.raises(ModelUnavailable):
        model.generate("p", PARAMETERS, Deadlines())
    assert len(server.generations) == 1


def test_bytes_after_an_answer_are_not_taken_for_the_next_one(server: FakeTgi, model: TgiModel) -> None:
    """A server, or whoever speaks through it, can't answer a question that was not yet asked."""
    forged = b'[{"id":1,"text":"","start":0,"stop":0}]'
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(forged)
    assert model.count_tokens("one two three") == 3
    server.script(Reply(trailing=head + forged))
    model.generate("p", PARAMETERS, Deadlines())
    assert model.count_tokens("one two three") == 3


def test_proxies_of_the_environment_are_ignored(
    server: FakeTgi, model: TgiModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prompts go to the configured server, whatever http_proxy says."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert model.generate("p", PARAMETERS, Deadlines()).text


def test_a_name_that_does_not_exist_is_unavailable() -> None:
    """One line with the address and the setting."""
    model = TgiModel("http://no-such-host.invalid:8080")
    with pytest.raises(ModelUnavailable, match=r"http://no-such-host\.invalid:8080.*TGI_URL"):
        model.info()


def test_connecting_ends_in_time() -> None:
    """A server that accepts and never shakes hands holds nobody up longer than connect_s."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        model = TgiModel(f"https://127.0.0.1:{silent.getsockname()[1]}")
        begin = time.monotonic()
        with pytest.raises(ModelUnavailable, match="in time"):
            model.generate("p", PARAMETERS, Deadlines(connect_s=0.3))
        assert 0.2 < time.monotonic() - begin < 0.8
        with pytest.raises(DeadlineExceeded):
            model.generate("p", PARAMETERS, Deadlines(connect_s=5.0, total_s=0.2))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that nobody trusts."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", "req", "-x509", *kind, *subject, *files], check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def encrypted(certificate: tuple[Path, Path]) -> Iterator[FakeTgi]:
    """A TGI behind that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with FakeTgi(tls=context) as running:
        yield running


def test_https_with_a_trusted_certificate(encrypted: FakeTgi, certificate: tuple[Path, Path]) -> None:
    """The same protocol inside TLS, on one kept connection."""
    model = TgiModel(encrypted.url, tls=ssl.create_default_context(cafile=str(certificate[0])))
    model.info()
    for _ in range(3):
        assert model.generate("p", PARAMETERS, Deadlines()).text
    model.close()
    assert encrypted.connections == 1


def test_deadlines_hold_inside_tls(encrypted: FakeTgi, certificate: tuple[Path, Path]) -> None:
    """Data that drips through TLS can't outlast them either."""
    encrypted.script(Drip(0.02))
    model = TgiModel(encrypted.url, tls=ssl.create_default_context(cafile=str(certificate[0])))
    begin = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        model.generate("p", PARAMETERS, Deadlines(total_s=0.4))
    assert time.monotonic() - begin < 0.8
    model.close()


def test_https_with_an_unknown_certificate_is_refused(encrypted: FakeTgi) -> None:
    """Nothing is sent to a server that is not the one it says."""
    model = TgiModel(encrypted.url)
    with pytest.raises(ModelUnavailable, match="certificate"):
        model.info()
    assert encrypted.requests == []


@pytest.mark.parametrize("gatherer", [Gatherer(), None])
def test_tokens_gather_where_nobody_reads_along(server: FakeTgi, gatherer: Gatherer | None) -> None:
    """The caller is woken for many of them together, and for the last at once; the bytes are the same."""
    url = ServerUrl.parse(server.url, "TGI_URL")
    countdown = Countdown(Deadlines())
    connection = Connection(dial(url, None, countdown), server.url)
    server.script(Reply("word" + " word" * 99, token_s=0.01))
    body = json.dumps({"inputs": "p", "parameters": {"max_new_tokens": 200}}).encode()
    head = f"POST /generate_stream HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    connection.send(head.encode() + body, countdown)
    connection.read_head(countdown)
    pieces = list(iter(lambda: connection.read_data(countdown, gatherer), b""))
    connection.close()
    received = b"".join(pieces)
    assert received.count(b"data:") == 101
    assert received.rstrip().endswith(b"}")
    if gatherer:
        assert len(pieces) < 10
    else:
        assert len(pieces) > 50


def test_gathering_is_over_with_the_answer(server: FakeTgi, model: TgiModel) -> None:
    """Nobody waits on for what can't come; and the connection serves the next call, which doesn't gather."""
    model.info()
    server.script(*[Reply("word" + " word" * 9, token_s=0.02)] * 3)
    for _ in range(3):
        started = time.monotonic()
        assert model.generate("p", PARAMETERS, Deadlines()).text.count("word") == 10
        assert time.monotonic() - started < GATHER_S * 0.8
        assert model.count_tokens("one two") == 2
    assert server.connections == 1


def test_many_streams_gather_in_one_thread(server: FakeTgi, model: TgiModel) -> None:
    server.script(*[Reply("word" + " word" * 30, token_s=0.02)] * 30)
    with ThreadPoolExecutor(30) as pool:
        running = [pool.submit(model.generate, "p", PARAMETERS, Deadlines()) for _ in range(30)]
        while not any(thread.name == "gatherer" for thread in threading.enumerate()):
            time.sleep(0.01)
        assert all(done.result().text.count("word") == 31 for done in running)


@pytest.mark.parametrize("gathers", [True, False])
def test_what_goes_wrong_while_others_read_is_the_callers(server: FakeTgi, model: TgiModel, gathers: bool) -> None:
    """A stream that is cut, one that hangs, one that is no HTTP any more; the others beside them are complete."""
    heard: list[str] = []
    on_text = None if gathers else heard.append
    words = "word" + " word" * 20
    server.script(*[Reply(words, token_s=0.02)] * 4, Cut(5), Drip(whole_tokens=5, every_s=1.0))
    with ThreadPoolExecutor(6) as pool:
        deadlines = Deadlines(idle_s=0.8)
        running = [pool.submit(model.generate, "p", PARAMETERS, deadlines, on_text) for _ in range(6)]
        ends = [type(done.exception()).__name__ for done in running]
    assert sorted(ends) == ["DeadlineExceeded", "GenerationIncomplete", *["NoneType"] * 4]


@pytest.mark.parametrize("gathers", [True, False])
def test_what_came_before_the_connection_broke_counts(server: FakeTgi, model: TgiModel, gathers: bool) -> None:
    """All events were there, the last one too: only the end of the HTTP answer is missing."""
    server.script(Cut(1000))
    heard: list[str] = []
    generation = model.generate("p", PARAMETERS, Deadlines(), None if gathers else heard.append)
    assert generation.text
