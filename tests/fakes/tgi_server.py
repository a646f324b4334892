"""A fake TGI 3.3: its routes, checks, events and errors as router/src/server.rs and validation.rs make them.

    with FakeTgi() as tgi:
        tgi.script(Reply("Hello."), Refusal(429, "Model is overloaded", "overloaded"))
        model = TgiModel(tgi.url)

What the real one does and others may not expect: /generate_stream answers every fault of its own, an overload or a
prompt too long included, with status 200 and an error event; the stop sequence is part of the text; EOS comes as a
special token; /tokenize always adds BOS.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from tests.fakes.model_behaviours import ErrorEvent, Reply
from tests.fakes.model_server import (
    Answer,
    Behaviour,
    Exchange,
    ModelServer,
    RecordedRequest,
    one_answer,
    token_id,
    tokens_of,
)

BOS, EOS = "<s>", "</s>"


@dataclass(frozen=True, slots=True)
class TgiLimits:
    """The limits that /info tells and validation enforces."""

    model_id: str = "meta-llama/Llama-2-7b-chat-hf"
    max_input_tokens: int = 4095
    max_total_tokens: int = 4096
    max_concurrent_requests: int = 128
    max_stop_sequences: int = 4


class FakeTgi(ModelServer):
    """A TGI server for Llama 2."""

    generation_path = "/generate_stream"

    def __init__(
        self,
        answer: Answer = one_answer,
        *,
        limits: TgiLimits | None = None,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(answer, port=port, tls=tls)
        self.limits = limits or TgiLimits()

    def prompt_of(self, request: RecordedRequest) -> str:
        return str(request.json["inputs"])

    def stream_head(self, request: RecordedRequest) -> bytes:
        return (
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n"
            b"x-compute-type: cpu\r\nx-compute-characters: %d\r\nx-accel-buffering: no\r\n"
            b"access-control-allow-origin: *\r\n"
            b"vary: origin, access-control-request-method, access-control-request-headers\r\n"
            b"transfer-encoding: chunked\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n"
        ) % len(self.prompt_of(request))

    def error_body(self, status: int, message: str, kind: str) -> object:
        return {"error": message, "error_type": kind}

    def events(self, request: RecordedRequest, text: str) -> Sequence[bytes]:
        parameters = request.json.get("parameters", {})
        limit = parameters.get("max_new_tokens", 100)
        stops = parameters.get("stop", [])
        generated, tokens, reason = "", list[str](), "eos_token"
        for token in tokens_of(text)[:limit]:
            tokens.append(token)
            generated += token
            if any(generated.endswith(stop) for stop in stops):
                reason = "stop_sequence"
                break
        if reason == "eos_token":
            tokens.append(EOS)
            if len(tokens) > limit:
                tokens.pop()
                reason = "length"
        end = {
            "finish_reason": reason,
            "generated_tokens": len(tokens),
            "seed": None,
            "input_length": self.count(request),
        }
        last = _event(len(tokens), tokens[-1], generated, end)
        return [*(_event(index, token) for index, token in enumerate(tokens[:-1], start=1)), last]

    def count(self, request: RecordedRequest) -> int:
        return 1 + len(tokens_of(self.prompt_of(request)))

    async def generate(self, exchange: Exchange, behaviour: Behaviour | None) -> None:
        complaint = self._complaint(exchange.request)
        if complaint:
            behaviour = ErrorEvent(f"Input validation error: {complaint}", "validation")
        await (behaviour or Reply()).play(exchange)

    async def route(self, exchange: Exchange) -> None:
        limits = self.limits
        if exchange.request.path == "/tokenize":
            await exchange.respond_json(_tokenized(self.prompt_of(exchange.request)))
        elif exchange.request.path == "/info":
            await exchange.respond_json(
                {
                    "model_id": limits.model_id,
                    "model_sha": None,
                    "model_pipeline_tag": "text-generation",
                    "max_concurrent_requests": limits.max_concurrent_requests,
                    "max_best_of": 2,
                    "max_stop_sequences": limits.max_stop_sequences,
                    "max_input_tokens": limits.max_input_tokens,
                    "max_total_tokens": limits.max_total_tokens,
                    "validation_workers": 2,
                    "max_client_batch_size": 4,
                    "router": "text-generation-router",
                    "version": "3.3.6",
                    "sha": None,
                    "docker_label": None,
                }
            )
        else:
            await exchange.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")

    def _complaint(self, request: RecordedRequest) -> str:
        """What TGI's validation has against the request, "" if nothing."""
        parameters = request.json["parameters"]
        stops, temperature = parameters.get("stop", []), parameters.get("temperature")
        new, inputs, limits = parameters.get("max_new_tokens", 100), self.count(request), self.limits
        if temperature is not None and temperature <= 0:
            return "`temperature` must be strictly positive"
        if len(stops) > limits.max_stop_sequences:
            return f"`stop` supports up to {limits.max_stop_sequences} stop sequences. Given: {len(stops)}"
        if not self.prompt_of(request):
            return "`inputs` cannot be empty"
        if inputs + new > limits.max_total_tokens:
            return (
                f"`inputs` tokens + `max_new_tokens` must be <= {limits.max_total_tokens}. "
                f"Given: {inputs} `inputs` tokens and {new} `max_new_tokens`"
            )
        if inputs > limits.max_input_tokens:
            return f"`inputs` must have less than {limits.max_input_tokens} tokens. Given: {inputs}"
        return ""


def token_event(index: int, text: str) -> bytes:
    """One token of a stream, which goes on."""
    return _event(index, text)


def ending_event(index: int, text: str, generated_text: str, details: object) -> bytes:
    """The last token of a stream, with what was generated in all."""
    return _event(index, text, generated_text, details)


def _event(index: int, text: str, generated_text: str | None = None, details: object = None) -> bytes:
    is_eos = text == EOS
    token = {"id": 2 if is_eos else token_id(text), "text": text, "logprob": -0.25, "special": is_eos}
    body = {"index": index, "token": token, "generated_text": generated_text, "details": details}
    return b"data:" + json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode() + b"\n\n"


def _tokenized(text: str) -> list[dict[str, object]]:
    tokens: list[dict[str, object]] = [{"id": 1, "text": "", "start": 0, "stop": 0}]
    at = 0
    for token in tokens_of(text):
        tokens.append({"id": token_id(token), "text": token, "start": at, "stop": at + len(token)})
        at += len(token)
    return tokens


if __name__ == "__main__":
    from tests.fakes.slow_tgi import main

    main()
