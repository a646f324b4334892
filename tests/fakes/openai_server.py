"""A fake OpenAI-compatible completion server, as llama.cpp's own server or as vLLM (`maker`).

    with FakeOpenAi("vllm", api_key="secret") as server:
        server.script(Reply("Hello."))
        model = OpenAiModel(server.url + "/v1", api_key="secret")

llama.cpp's answers were taken down from the real server (xllamacpp 2026.10), vLLM's from its protocol.py.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from http import HTTPStatus

from tests.fakes.model_behaviours import Refusal, Reply
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

CHATML_TEMPLATE = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"


class FakeOpenAi(ModelServer):
    """`maker` is "llamacpp", "vllm", or "" for a server that tells nothing and can't count tokens."""

    generation_path = "/v1/completions"

    def __init__(
        self,
        maker: str = "llamacpp",
        answer: Answer = one_answer,
        *,
        model_id: str = "HuggingFaceTB/SmolLM2-135M-Instruct",
        window: int = 4096,
        api_key: str = "",
    ) -> None:
        super().__init__(answer)
        self.maker = maker
        self.model_id = model_id
        self.window = window
        self._api_key = api_key

    def prompt_of(self, request: RecordedRequest) -> str:
        return str(request.json["prompt"])

    def stream_head(self, request: RecordedRequest) -> bytes:
        if self.maker == "llamacpp":
            return (
                b"HTTP/1.1 200 OK\r\nServer: llama.cpp\r\nAccess-Control-Allow-Origin: \r\nX-Accel-Buffering: no\r\n"
                b"Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
                b"Keep-Alive: timeout=5, max=100\r\n\r\n"
            )
        return (
            b"HTTP/1.1 200 OK\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\nserver: uvicorn\r\n"
            b"content-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
        )

    def error_body(self, status: int, message: str, kind: str) -> object:
        return {"error": {"code": status, "message": message, "type": kind or "invalid_request_error"}}

    def events(self, request: RecordedRequest, text: str) -> Sequence[bytes]:
        pieces, reason = self._generated(request.json, text)
        usage = {"prompt_tokens": self.count(request), "completion_tokens": len(pieces)}
        usage["total_tokens"] = sum(usage.values())
        chunks = [self._chunk(piece) for piece in pieces]
        if self.maker == "llamacpp":
            chunks.append({**self._chunk("", reason), "usage": usage})
        else:
            chunks.append(self._chunk("", reason))
            if request.json.get("stream_options", {}).get("include_usage") and self.maker:
                chunks.append({**self._chunk(""), "choices": [], "usage": usage})
        return [*(f"data: {json.dumps(chunk)}\n\n".encode() for chunk in chunks), b"data: [DONE]\n\n"]

    def count(self, request: RecordedRequest) -> int:
        return len(tokens_of(self.prompt_of(request)))

    async def generate(self, exchange: Exchange, behaviour: Behaviour | None) -> None:
        refusal = self._refusal(exchange.request)
        await (refusal or behaviour or Reply()).play(exchange)

    async def route(self, exchange: Exchange) -> None:
        path, body = exchange.request.path, exchange.request.body
        if not self._is_allowed(exchange.request):
            await self._unauthorised().play(exchange)
        elif path == "/v1/models":
            await exchange.respond_json({"object": "list", "data": [self._model()]})
        elif path == "/props" and self.maker == "llamacpp":
            settings = {"params": {"n_predict": -1}, "n_ctx": self.window}
            props = {"default_generation_settings": settings, "total_slots": 2, "chat_template": CHATML_TEMPLATE}
            await exchange.respond_json(props)
        elif path == "/tokenize" and self.maker:
            await exchange.respond_json(self._tokenized(json.loads(body)))
        else:
            not_found = {"error": {"message": "File Not Found", "type": "not_found_error", "code": 404}}
            await exchange.respond_json(not_found, "404 Not Found", "Connection: close\r\n")
            exchange.close()

    def _generated(self, body: dict[str, object], text: str) -> tuple[list[str], str]:
        """The pieces, one a token, and the reason for their end. The stop string itself is not sent."""
        stops, limit = body.get("stop", []), body["max_tokens"]
        assert isinstance(stops, list)
        assert isinstance(limit, int)
        found = [at for stop in stops if (at := text.find(stop)) >= 0]
        pieces = tokens_of(text[: min(found)] if found else text)
        return (pieces[:limit], "length") if len(pieces) > limit else (pieces, "stop")

    def _chunk(self, text: str, reason: str | None = None) -> dict[str, object]:
        choice = {"text": text, "index": 0, "logprobs": None, "finish_reason": reason}
        return {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": self.model_id, "choices": [choice]}

    def _model(self) -> dict[str, object]:
        model: dict[str, object] = {
            "id": self.model_id,
            "object": "model",
            "created": 1,
            "owned_by": self.maker or "me",
        }
        if self.maker == "vllm":
            model |= {"root": self.model_id, "parent": None, "max_model_len": self.window}
        return model

    def _tokenized(self, body: dict[str, object]) -> dict[str, object]:
        """llama.cpp adds BOS only if asked to, vLLM unless told not to."""
        if self.maker == "llamacpp":
            special = [1] if body.get("add_special", False) else []
            return {"tokens": special + [token_id(token) for token in tokens_of(str(body["content"]))]}
        special = [1] if body.get("add_special_tokens", True) else []
        tokens = special + [token_id(token) for token in tokens_of(str(body["prompt"]))]
        return {"count": len(tokens), "max_model_len": self.window, "tokens": tokens, "token_strs": None}

    def _refusal(self, request: RecordedRequest) -> Refusal | None:
        prompt, new = self.count(request), request.json["max_tokens"]
        if not self._is_allowed(request):
            return self._unauthorised()
        if self.maker == "llamacpp" and prompt > self.window:
            said = f"request ({prompt} tokens) exceeds the available context size ({self.window} tokens)"
            return Refusal(400, said, "exceed_context_size_error")
        if self.maker == "vllm" and prompt + new > self.window:
            said = f"This model's maximum context length is {self.window} tokens. However, you requested {new}"
            return Refusal(400, said, "BadRequestError")
        return None

    def _is_allowed(self, request: RecordedRequest) -> bool:
        return not self._api_key or request.headers.get("authorization") == f"Bearer {self._api_key}"

    def _unauthorised(self) -> Refusal:
        return Refusal(HTTPStatus.UNAUTHORIZED, "Invalid API Key", "authentication_error")
