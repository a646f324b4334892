"""What the clients of all model servers do alike: ask for a stream within one countdown, refuse, check, close."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

from assistant.errors import LanguageModelError
from assistant.llm.base import Deadlines, Generation, GenerationParameters
from assistant.llm.countdown import Countdown
from assistant.llm.gatherer import Gatherer
from assistant.llm.protocol import JsonObject, decode, encode
from assistant.llm.reply_text import ReplyText
from assistant.llm.server_url import ServerUrl
from assistant.llm.transport import MAX_ERROR_BYTES, MAX_JSON_BYTES, HttpTransport, Response

QUICK = Deadlines(connect_s=5.0, first_token_s=30.0, idle_s=30.0, total_s=30.0)
"""For questions that a server answers at once."""


class HttpModel(ABC):
    """The common part of a LanguageModel over HTTP; a subclass knows one server's protocol."""

    def __init__(self, url: ServerUrl, transport: HttpTransport) -> None:
        self._url = url
        self._transport = transport
        self._gatherer = Gatherer()

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
        path, body = self._generation_request(prompt, parameters, countdown)
        with self._transport.request("POST", path, encode(body), countdown) as response:
            self._refuse(response, prompt)
            response.gatherer = None if on_text else self._gatherer
            return self._collect(response, reply, countdown, prompt)

    def check(self) -> None:
        """Generate one token: what servers tell of their health is only how the last request went."""
        self.generate("Hello", GenerationParameters(max_new_tokens=1, temperature=0.0), QUICK)

    def close(self) -> None:
        self._transport.close()

    @abstractmethod
    def _generation_request(
        self, prompt: str, parameters: GenerationParameters, countdown: Countdown
    ) -> tuple[str, JsonObject]:
        """Path and body that ask for a stream; may ask the server something first, within the countdown."""

    @abstractmethod
    def _collect(self, response: Response, reply: ReplyText, countdown: Countdown, prompt: str) -> Generation:
        """Read the stream to its terminal event."""

    @abstractmethod
    def _error_of_response(
        self, status: int, headers: Mapping[str, str], body: bytes, prompt: str
    ) -> LanguageModelError:
        """The error that an answer other than 200 stands for."""

    def _refuse(self, response: Response, prompt: str) -> None:
        """Raise the error of an answer other than 200."""
        if response.status != 200:
            body = response.read(MAX_ERROR_BYTES)
            raise self._error_of_response(response.status, response.headers, body, prompt)

    def _get(self, path: str, countdown: Countdown) -> JsonObject:
        """The JSON object at `path`."""
        with self._transport.request("GET", path, None, countdown) as response:
            self._refuse(response, "")
            return decode(response.read(MAX_JSON_BYTES), self._url)
