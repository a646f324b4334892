"""What each way of going wrong becomes, at both kinds of server, over real sockets."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from assistant.errors import (
    DeadlineExceeded,
    GenerationIncomplete,
    LanguageModelError,
    ModelOverloaded,
    ModelUnavailable,
    PromptTooLong,
    RequestRefused,
)
from assistant.llm.base import Deadlines, GenerationParameters
from tests.fakes.model_behaviours import (
    Cut,
    Drip,
    EndlessComments,
    ErrorEvent,
    HangAfterEnd,
    NoAnswer,
    RawAnswer,
    RawBytes,
    Refusal,
    Reply,
)
from tests.fakes.model_server import Behaviour
from tests.integration.llm.harnesses import FakeHarness, openai_harness, tgi_harness

PARAMETERS = GenerationParameters(stop=("</s>",))
# An answer that never comes must not hold a test up; sound answers take some milliseconds.
SHORT = Deadlines(connect_s=0.5, first_token_s=0.4, idle_s=0.3, total_s=0.8)
JSON = "application/json"
STREAM = "text/event-stream"

FOR_BOTH = [
    pytest.param(RawAnswer(), ModelUnavailable, id="HTML 502"),
    pytest.param(RawAnswer(504), ModelUnavailable, id="HTML 504"),
    pytest.param(RawAnswer(503), ModelUnavailable, id="HTML 503"),
    pytest.param(RawAnswer(500), ModelUnavailable, id="HTML 500"),
    pytest.param(RawAnswer(429), ModelOverloaded, id="HTML 429"),
    pytest.param(RawAnswer(404), RequestRefused, id="HTML 404"),
    pytest.param(RawAnswer(413), RequestRefused, id="HTML 413"),
    pytest.param(RawAnswer(302), RequestRefused, id="redirect"),
    pytest.param(RawAnswer(401), RequestRefused, id="HTML 401"),
    pytest.param(RawAnswer(200), ModelUnavailable, id="HTML 200"),
    pytest.param(RawAnswer(200, JSON, b"{}"), ModelUnavailable, id="JSON instead of a stream"),
    pytest.param(RawAnswer(500, JSON, b""), ModelUnavailable, id="empty 500"),
    pytest.param(RawAnswer(500, JSON, b"[" * 60_000), ModelUnavailable, id="deeply nested error"),
    pytest.param(RawAnswer(502, "text/html", b"x" * 1_000_000), ModelUnavailable, id="endless error page"),
    pytest.param(RawAnswer(200, STREAM, b""), GenerationIncomplete, id="empty stream"),
    pytest.param(RawAnswer(200, STREAM, b"data: <html>\n\n"), ModelUnavailable, id="event without JSON"),
    pytest.param(RawAnswer(200, STREAM, b"data: [1]\n\n"), ModelUnavailable, id="event that is a list"),
    pytest.param(RawAnswer(200, STREAM, b'data: {"x":1}\n\n'), ModelUnavailable, id="event of something else"),
    pytest.param(RawAnswer(200, STREAM, b"data:" + b"x" * 1_200_000), ModelUnavailable, id="event without end"),
    pytest.param(RawBytes(b"SSH-2.0-OpenSSH_9.6\r\n"), ModelUnavailable, id="another protocol"),
    pytest.param(RawBytes(b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000), ModelUnavailable, id="endless header"),
    pytest.param(RawBytes(b"HTTP/1.1 200"), ModelUnavailable, id="half a status line"),
    pytest.param(Cut(), GenerationIncomplete, id="stream broken off"),
    pytest.param(Cut(how="end"), GenerationIncomplete, id="stream ended early"),
    pytest.param(Cut(how="reset"), GenerationIncomplete, id="stream reset"),
    pytest.param(Cut(after_tokens=0), GenerationIncomplete, id="stream broken off before its first token"),
    pytest.param(NoAnswer("hang"), DeadlineExceeded, id="no answer at all"),
    pytest.param(EndlessComments(), DeadlineExceeded, id="nothing but keep-alive comments"),
    pytest.param(Drip(0.05), DeadlineExceeded, id="one byte at a time"),
    pytest.param(Drip(0.02, whole_tokens=2), DeadlineExceeded, id="one byte at a time after two tokens"),
    pytest.param(Reply(first_token_s=5.0), DeadlineExceeded, id="late first token"),
    pytest.param(Reply("word " * 50, token_s=0.1), DeadlineExceeded, id="tokens beyond the total"),
    pytest.param(Reply("word " * 50, token_s=0.5), DeadlineExceeded, id="slow tokens"),
    pytest.param(
        ErrorEvent("Request failed", "unknown", after_tokens=2), GenerationIncomplete, id="error in the stream"
    ),
]

FOR_TGI = [
    pytest.param(Refusal(429, "Model is overloaded", "overloaded", "7"), ModelOverloaded, id="429"),
    pytest.param(Refusal(424, "Request failed during generation: CUDA", "generation"), GenerationIncomplete, id="424"),
    pytest.param(RawAnswer(424), GenerationIncomplete, id="HTML 424"),
    pytest.param(Refusal(500, "Incomplete generation", "incomplete_generation"), GenerationIncomplete, id="500"),
    pytest.param(Refusal(422, "Input validation error: `top_p` must be", "validation"), RequestRefused, id="422"),
    pytest.param(Refusal(503, "unhealthy", "healthcheck"), ModelUnavailable, id="503"),
    pytest.param(RawAnswer(422, "text/plain", b"Failed to deserialize"), RequestRefused, id="422 of axum"),
    pytest.param(ErrorEvent("Model is overloaded", "overloaded"), ModelOverloaded, id="overloaded in the stream"),
    pytest.param(ErrorEvent("failed", "generation", after_tokens=3), GenerationIncomplete, id="failed in the stream"),
    pytest.param(ErrorEvent("x", "incomplete_generation_stream"), GenerationIncomplete, id="incomplete in the stream"),
    pytest.param(ErrorEvent("`stop` supports", "validation"), RequestRefused, id="validation in the stream"),
    pytest.param(
        ErrorEvent("Input validation error: `inputs` must have less than 9 tokens. Given: 10", "validation"),
        PromptTooLong,
        id="length in the stream",
    ),
    pytest.param(
        Refusal(422, "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096.", "validation"),
        PromptTooLong,
        id="length",
    ),
    pytest.param(
        RawAnswer(200, STREAM, b'data:{"token":{"id":1,"text":"x","special":false},"generated_text":"x"}\n\n'),
        ModelUnavailable,
        id="an end without its reason",
    ),
]

FOR_OPENAI = [
    pytest.param(Refusal(429, "slow down", "rate_limit", "7"), ModelOverloaded, id="429"),
    pytest.param(Refusal(503, "Loading model", "unavailable_error"), ModelOverloaded, id="503"),
    pytest.param(Refusal(500, "oops", "server_error"), GenerationIncomplete, id="500"),
    pytest.param(Refusal(400, "bad", "invalid_request_error"), RequestRefused, id="400"),
    pytest.param(Refusal(400, "exceeds", "exceed_context_size_error"), PromptTooLong, id="length (llama.cpp)"),
    pytest.param(Refusal(400, "This model's maximum context length is 9"), PromptTooLong, id="length (vLLM)"),
    pytest.param(Refusal(400, "longer than the model's context length"), PromptTooLong, id="length (SGLang)"),
    pytest.param(RawAnswer(404, JSON, b'{"detail":"Not Found"}'), RequestRefused, id="404 of FastAPI"),
    pytest.param(
        RawAnswer(400, JSON, b'{"object":"error","message":"maximum context length","code":400}'),
        PromptTooLong,
        id="length (older vLLM)",
    ),
    pytest.param(ErrorEvent("busy", status=503), ModelOverloaded, id="overloaded in the stream"),
    pytest.param(ErrorEvent("bad", status=400), RequestRefused, id="refused in the stream"),
    pytest.param(
        RawAnswer(200, STREAM, b'data: {"choices":[{"text":"x","finish_reason":"abort"}]}\n\n'),
        GenerationIncomplete,
        id="aborted",
    ),
]


@pytest.fixture
def tgi() -> Iterator[FakeHarness]:
    with tgi_harness() as harness:
        yield harness


@pytest.fixture
def openai() -> Iterator[FakeHarness]:
    with openai_harness("vllm") as harness:
        yield harness


def generate_once(harness: FakeHarness, behaviour: Behaviour, expected: type[LanguageModelError]) -> LanguageModelError:
    """The error of one generation against `behaviour`; the client must work again after it."""
    harness.model.info()
    harness.server.script(behaviour)
    begin = time.monotonic()
    with pytest.raises(LanguageModelError) as caught:
        harness.model.generate("A secret question", PARAMETERS, SHORT)
    assert time.monotonic() - begin < SHORT.total_s + 0.4
    assert harness.model.generate("p", PARAMETERS, Deadlines()).text
    error = caught.value
    assert isinstance(error, expected)
    assert "\n" not in str(error)
    assert "secret question" not in str(error)
    return error


@pytest.mark.parametrize(("behaviour", "expected"), FOR_BOTH + FOR_TGI)
def test_tgi_failures_are_told_apart(
    tgi: FakeHarness, behaviour: Behaviour, expected: type[LanguageModelError]
) -> None:
    """Each failure raises its class within its time, and the next generation works."""
    error = generate_once(tgi, behaviour, expected)
    assert (expected is PromptTooLong) == isinstance(error, PromptTooLong)


@pytest.mark.parametrize(("behaviour", "expected"), FOR_BOTH + FOR_OPENAI)
def test_openai_failures_are_told_apart(
    openai: FakeHarness, behaviour: Behaviour, expected: type[LanguageModelError]
) -> None:
    """Each failure raises its class within its time, and the next generation works."""
    error = generate_once(openai, behaviour, expected)
    assert (expected is PromptTooLong) == isinstance(error, PromptTooLong)


def test_retry_after_comes_with_the_error(tgi: FakeHarness) -> None:
    """The server's wish reaches whoever decides on the retry."""
    error = generate_once(tgi, Refusal(429, "Model is overloaded", "overloaded", "7"), ModelOverloaded)
    assert error.retry_after_s == 7.0


@pytest.mark.parametrize(
    "behaviour",
    [Reply(chunk_bytes=1), Reply(chunk_bytes=7), Reply(comments=True), Reply(then_close=True), HangAfterEnd()],
)
def test_odd_but_complete_streams_are_replies(tgi: FakeHarness, openai: FakeHarness, behaviour: Behaviour) -> None:
    """However it is cut, and whatever follows it: what has its terminal event is a reply."""
    for harness in (tgi, openai):
        whole = harness.model.generate("p", PARAMETERS, Deadlines())
        harness.server.script(behaviour)
        assert whole == harness.model.generate("p", PARAMETERS, Deadlines(idle_s=5.0))
        assert whole == harness.model.generate("p", PARAMETERS, Deadlines())
