"""The client of OpenAI-compatible completion servers: vLLM, SGLang, llama.cpp's own server."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping

from assistant.errors import (
    ConfigurationError,
    DeadlineExceeded,
    GenerationIncomplete,
    LanguageModelError,
    ModelUnavailable,
    RequestRefused,
)
from assistant.llm.base import FinishReason, Generation, GenerationParameters, ServerInfo
from assistant.llm.countdown import Countdown
from assistant.llm.http_model import QUICK, HttpModel
from assistant.llm.openai_dialect import completion_request, tokenize_request
from assistant.llm.openai_errors import error_of_event, error_of_response
from assistant.llm.openai_server import OpenAiServer, Overrides, describe, is_llama_cpp
from assistant.llm.protocol import JsonObject, count_at, decode, encode, is_object, read_events, text_at
from assistant.llm.reply_text import ReplyText
from assistant.llm.server_url import ServerUrl
from assistant.llm.transport import MAX_JSON_BYTES, HttpTransport, Response

_AFTER_END_S = 0.5
_DONE = "[DONE]"


class OpenAiModel(HttpModel):
    """The model behind an OpenAI-compatible server, its URL given with or without /v1.

    `model` is asked for by name; "" takes the first one that the server lists. `model_family` and `max_total_tokens`
    overrule what the server tells. `tokenizer` counts a text's tokens, special ones not added, for servers that can't.
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str = "",
        model: str = "",
        model_family: str = "",
        max_total_tokens: int | None = None,
        tokenizer: Callable[[str], int] | None = None,
        setting: str = "OPENAI_BASE_URL",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        url = ServerUrl.parse(base_url.strip().rstrip("/").removesuffix("/v1"), setting)
        if not (api_key.isascii() and api_key.isprintable()):
            raise ConfigurationError("OPENAI_API_KEY holds characters that no HTTP header can carry: copy it again")
        headers = [("Authorization", f"Bearer {api_key}")] if api_key else []
        super().__init__(url, HttpTransport(url, headers, tls=tls))
        self._overrides = Overrides(model, model_family, max_total_tokens)
        self._tokenizer = tokenizer
        self._known_server: OpenAiServer | None = None

    def info(self) -> ServerInfo:
        """What the server runs; asked once, then remembered."""
        return self._server(Countdown(QUICK)).info

    def count_tokens(self, text: str) -> int:
        """The text's tokens, by the given tokenizer or else by the server's /tokenize."""
        if self._tokenizer is not None:
            return self._tokenizer(text)
        countdown = Countdown(QUICK)
        server = self._server(countdown)
        body = encode(tokenize_request(server.dialect, server.info.model_id, text))
        with self._transport.request("POST", "/tokenize", body, countdown) as response:
            if response.status in (404, 405):
                raise RequestRefused(f"{self._url} can't count tokens: set ASSISTANT_TOKENIZER_FILE to tokenizer.json")
            self._refuse(response, text)
            told = decode(response.read(MAX_JSON_BYTES), self._url)
        tokens = told.get("tokens")
        count = len(tokens) if isinstance(tokens, list) else count_at(told, "count")
        if count is None:
            raise ModelUnavailable(f"{self._url}/tokenize told no number of tokens: set ASSISTANT_TOKENIZER_FILE")
        return count

    def _generation_request(
        self, prompt: str, parameters: GenerationParameters, countdown: Countdown
    ) -> tuple[str, JsonObject]:
        server = self._server(countdown)
        return "/v1/completions", completion_request(server.dialect, server.info.model_id, prompt, parameters)

    def _error_of_response(
        self, status: int, headers: Mapping[str, str], body: bytes, prompt: str
    ) -> LanguageModelError:
        return error_of_response(status, headers, body, prompt)

    def _collect(self, response: Response, reply: ReplyText, countdown: Countdown, prompt: str) -> Generation:
        """Read until the finish reason, and what may follow it: the usage, in a chunk of its own."""
        reason: FinishReason | None = None
        events = used = 0
        try:
            for data in read_events(response, self._url):
                if data == _DONE:
                    continue
                event = decode(data, self._url)
                if reason is None:
                    choice = self._choice(event, prompt)
                    text = text_at(choice, "text")
                    reply.add(text)
                    events += bool(text)
                    countdown.progressed()
                    reason = _finish_reason(choice)
                used = count_at(event.get("usage"), "completion_tokens") or used
                if reply.stopped and reason is None:
                    return Generation(reply.finish(), "stop", used or events)
                if reason is not None:
                    countdown.hurry(_AFTER_END_S)
        except (DeadlineExceeded, GenerationIncomplete):
            if reason is None:
                raise
        if reason is None:
            raise GenerationIncomplete("the model server's stream ended without a finish reason")
        return Generation(reply.finish(), "stop" if reply.stopped else reason, used or events)

    def _choice(self, event: JsonObject, prompt: str) -> JsonObject:
        """The one choice of an event, {} for an event that only tells the usage."""
        if "error" in event or event.get("object") == "error":
            raise error_of_event(event, prompt)
        choices = event.get("choices")
        if not isinstance(choices, list):
            raise ModelUnavailable(f"{self._url} sent an event that is no completion: check {self._url.setting}")
        return choices[0] if choices and is_object(choices[0]) else {}

    def _server(self, countdown: Countdown) -> OpenAiServer:
        if self._known_server is None:
            models = self._get("/v1/models", countdown)
            props = self._get("/props", countdown) if is_llama_cpp(models) else {}
            self._known_server = describe(models, props, self._overrides)
        return self._known_server


def _finish_reason(choice: JsonObject) -> FinishReason | None:
    """Why generation ended, None while it goes on."""
    reason = choice.get("finish_reason")
    if not reason:
        return None
    if reason == "length":
        return "length"
    if reason in ("stop", "eos_token", "stop_sequence"):  # the last two are TGI's on its OpenAI routes
        return "stop"
    raise GenerationIncomplete("the model server gave the generation up before its end")
