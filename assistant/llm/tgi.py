"""The client of TGI's native API (text-generation-inference 3.3)."""

from __future__ import annotations

import ssl
from collections.abc import Callable

from assistant.errors import GenerationIncomplete, ModelUnavailable
from assistant.llm.base import Deadlines, Generation, GenerationParameters, ServerInfo
from assistant.llm.countdown import Countdown
from assistant.llm.protocol import decode, decode_any, encode, read_events
from assistant.llm.reply_text import ReplyText
from assistant.llm.server_url import ServerUrl
from assistant.llm.tgi_errors import error_of_payload, error_of_response
from assistant.llm.tgi_wire import ending, generate_request, server_info, token_text
from assistant.llm.transport import MAX_ERROR_BYTES, MAX_JSON_BYTES, HttpTransport, Response

_QUICK = Deadlines(connect_s=5.0, first_token_s=30.0, idle_s=30.0, total_s=30.0)


class TgiModel:
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
        self._url = ServerUrl.parse(base_url, setting)
        self._transport = HttpTransport(self._url, tls=tls)
        self._model_family = model_family
        self._max_total_tokens = max_total_tokens
        self._known_info: ServerInfo | None = None
        self._special_tokens: int | None = None

    def info(self) -> ServerInfo:
        """What the server runs; asked once, then remembered."""
        return self._info(Countdown(_QUICK))

    def count_tokens(self, text: str) -> int:
        """The text's tokens, exactly. /tokenize always adds special tokens, so those of an empty text are taken off."""
        if self._special_tokens is None:
            self._special_tokens = self._tokenize("")
        return self._tokenize(text) - self._special_tokens

    def generate(
        self,
        prompt: str,
        parameters: GenerationParameters,
        deadlines: Deadlines,
        on_text: Callable[[str], None] | None = None,
    ) -> Generation:
        """The complete generation. A stop string that the server did not heed ends it from our side."""
        countdown = Countdown(deadlines)
        reply = ReplyText(parameters.stop, on_text)
        max_stops = self._info(countdown).max_stop_sequences if parameters.stop else 0
        body = encode(generate_request(prompt, parameters, max_stops))
        with self._transport.request("POST", "/generate_stream", body, countdown) as response:
            _refuse(response, prompt)
            return self._collect(response, reply, countdown, prompt)

    def check(self) -> None:
        """Generate one token: TGI's /health tells only how the last request went."""
        self.generate("Hello", GenerationParameters(max_new_tokens=1, temperature=0.0), _QUICK)

    def close(self) -> None:
        self._transport.close()

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
            with self._transport.request("GET", "/info", None, countdown) as response:
                _refuse(response, "")
                told = decode(response.read(MAX_JSON_BYTES), self._url)
            self._known_info = server_info(told, self._url, self._model_family, self._max_total_tokens)
        return self._known_info

    def _tokenize(self, text: str) -> int:
        body = encode({"inputs": text})
        with self._transport.request("POST", "/tokenize", body, Countdown(_QUICK)) as response:
            _refuse(response, text)
            tokens = decode_any(response.read(MAX_JSON_BYTES), self._url)
        if not isinstance(tokens, list):
            raise ModelUnavailable(f"{self._url}/tokenize did not answer with a list: check {self._url.setting}")
        return len(tokens)


def _refuse(response: Response, prompt: str) -> None:
    """Raise the error that an answer other than 200 stands for."""
    if response.status != 200:
        raise error_of_response(response.status, response.headers, response.read(MAX_ERROR_BYTES), prompt)
