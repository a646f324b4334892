"""The client of TGI's native API (text-generation-inference 3.3)."""

from __future__ import annotations

import ssl
from collections.abc import Mapping

from assistant.errors import GenerationIncomplete, LanguageModelError, ModelUnavailable
from assistant.llm.base import Generation, GenerationParameters, ServerInfo
from assistant.llm.countdown import Countdown
from assistant.llm.http_model import QUICK, HttpModel
from assistant.llm.protocol import JsonObject, decode, decode_any, encode, read_events
from assistant.llm.reply_text import ReplyText
from assistant.llm.server_url import ServerUrl
from assistant.llm.tgi_errors import error_of_payload, error_of_response
from assistant.llm.tgi_wire import ending, generate_request, server_info, token_text
from assistant.llm.transport import MAX_JSON_BYTES, HttpTransport, Response


class TgiModel(HttpModel):
    """The model behind a TGI server. `model_family` and `max_total_tokens` overrule what the server tells."""

    def __init__(
        self,
        base_url: str,
        *,
        model_family: str = "",
        max_total_tokens: int | None = None,
        setting: str = "TGI_URL",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        url = ServerUrl.parse(base_url, setting)
        super().__init__(url, HttpTransport(url, tls=tls))
        self._model_family = model_family
        self._max_total_tokens = max_total_tokens
        self._known_info: ServerInfo | None = None
        self._special_tokens: int | None = None

    def info(self) -> ServerInfo:
        """What the server runs; asked once, then remembered."""
        return self._info(Countdown(QUICK))

    def count_tokens(self, text: str) -> int:
        """The text's tokens, exactly. /tokenize always adds special tokens, so those of an empty text are taken off."""
        if self._special_tokens is None:
            self._special_tokens = self._tokenize("")
        return self._tokenize(text) - self._special_tokens

    def _generation_request(
        self, prompt: str, parameters: GenerationParameters, countdown: Countdown
    ) -> tuple[str, JsonObject]:
        max_stops = self._info(countdown).max_stop_sequences if parameters.stop else 0
        return "/generate_stream", generate_request(prompt, parameters, max_stops)

    def _error_of_response(
        self, status: int, headers: Mapping[str, str], body: bytes, prompt: str
    ) -> LanguageModelError:
        return error_of_response(status, headers, body, prompt)

    def _collect(self, response: Response, reply: ReplyText, countdown: Countdown, prompt: str) -> Generation:
        for count, data in enumerate(read_events(response, self._url), start=1):
            event = decode(data, self._url)
            if "error" in event:
                raise error_of_payload(200, event, prompt)
            reply.add(token_text(event, self._url))
            countdown.progressed()
            if end := ending(event, self._url):
                reason, tokens = end
                generation = Generation(reply.finish(), "stop" if reply.stopped else reason, tokens)
                response.drain()
                return generation
            if reply.stopped:
                return Generation(reply.finish(), "stop", count)
        raise GenerationIncomplete("TGI's stream ended without its last event")

    def _info(self, countdown: Countdown) -> ServerInfo:
        if self._known_info is None:
            told = self._get("/info", countdown)
            self._known_info = server_info(told, self._url, self._model_family, self._max_total_tokens)
        return self._known_info

    def _tokenize(self, text: str) -> int:
        body = encode({"inputs": text})
        with self._transport.request("POST", "/tokenize", body, Countdown(QUICK)) as response:
            self._refuse(response, text)
            tokens = decode_any(response.read(MAX_JSON_BYTES), self._url)
        if not isinstance(tokens, list):
            raise ModelUnavailable(f"{self._url}/tokenize did not answer with a list: check {self._url.setting}")
        return len(tokens)
