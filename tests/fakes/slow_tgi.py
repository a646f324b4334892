"""A TGI that takes its time, for loads: every reply is the same, and costs this process next to nothing.

`python -m tests.fakes.slow_tgi --tokens 50 --seconds 2` prints its URL and serves until SIGTERM. As the real one does
with its batch, it makes a token for all running replies in one step; GET /metrics tells how many there are, and
GET /first_tokens when each ticket's reply began (monotonic clock, which all processes of a machine share).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from signal import SIG_BLOCK, SIGINT, SIGTERM, pthread_sigmask, sigwait

from tests.fakes.model_behaviours import ErrorEvent
from tests.fakes.model_server import Behaviour, Exchange, token_id, tokens_of
from tests.fakes.tgi_server import FakeTgi, TgiLimits, ending_event, token_event

TEXT = (
    "Kindly open the page of your account first. There you choose the plan that suits you best. Then confirm it, and"
    " wait for the message from us. It tells you that everything is done by now. Nothing else is needed from your side."
    " You may write to us again whenever something remains unclear. We are happy about any hint that makes this better."
    " People before you have found mistakes, and told us about them."
)
"""What every reply begins with, as it might be: in sentences, of one language, and without repetitions."""
TICKET = re.compile(r"My ticket is (\d+)")
"""What the load writes into each of its questions."""
REPLY_MARK = "Kindly open"
"""Stands in every reply of at least two tokens, and in nothing that anybody else says."""


@dataclass(slots=True)
class _Stream:
    """A running reply: its HTTP chunks, how many are sent, when it began, and what to tell at its end."""

    exchange: Exchange
    frames: list[bytes]
    began: float
    ended: asyncio.Future[None]
    ticket: str = ""
    sent: int = 0


class SlowTgi(FakeTgi):
    """Takes `seconds` for each reply of `tokens` tokens, however many it has at once. Requests are not recorded."""

    keeps_requests = False

    def __init__(
        self, tokens: int = 50, seconds: float = 2.0, *, port: int = 0, max_concurrent_requests: int = 128
    ) -> None:
        super().__init__(port=port, limits=TgiLimits(max_concurrent_requests=max_concurrent_requests))
        self._seconds = seconds
        self._tokens = tokens
        self._streams: list[_Stream] = []
        self._stepping: asyncio.Task[None] | None = None
        self.most_in_flight = 0
        self.refused = 0
        self.first_tokens: dict[str, float] = {}

    async def generate(self, exchange: Exchange, behaviour: Behaviour | None) -> None:
        if behaviour is not None:
            await super().generate(exchange, behaviour)
        elif len(self._streams) >= self.limits.max_concurrent_requests:
            self.refused += 1
            await ErrorEvent("Model is overloaded", "overloaded").play(exchange)
        else:
            await self._stream(exchange)

    async def route(self, exchange: Exchange) -> None:
        path = exchange.request.path
        if path == "/tokenize":
            await exchange.respond("200 OK", "application/json", _tokenized(self.prompt_of(exchange.request)))
        elif path == "/metrics":
            told = f"tgi_batch_current_size {len(self._streams)}\ntgi_batch_most_since_last_asked {self.most_in_flight}"
            self.most_in_flight = len(self._streams)
            await exchange.respond("200 OK", "text/plain", f"{told}\ntgi_refused {self.refused}\n".encode())
        elif path == "/first_tokens":
            await exchange.respond("200 OK", "application/json", json.dumps(self.first_tokens).encode())
        else:
            await super().route(exchange)

    async def _stream(self, exchange: Exchange) -> None:
        request = exchange.request.json
        tokens = max(1, min(self._tokens, request["parameters"].get("max_new_tokens", 100)))
        frames = list(_frames(tokens))
        frames.append(_chunk(_ending(tokens, len(request["inputs"].split()))) + b"0\r\n\r\n")
        await exchange.begin_stream()
        if not self._seconds:
            await exchange.write(b"".join(frames))
            return
        loop = asyncio.get_running_loop()
        tickets = TICKET.findall(request["inputs"])
        stream = _Stream(exchange, frames, loop.time(), loop.create_future(), tickets[-1] if tickets else "")
        self._streams.append(stream)
        self.most_in_flight = max(self.most_in_flight, len(self._streams))
        if self._stepping is None:
            self._stepping = loop.create_task(self._step())
        await stream.ended

    async def _step(self) -> None:
        """Send what is due, every time that a token takes; ends with the last stream."""
        loop = asyncio.get_running_loop()
        step_s = self._seconds / self._tokens
        while self._streams:
            await asyncio.sleep(step_s - loop.time() % step_s)
            now = loop.time()
            for stream in self._streams:
                is_silent = stream.sent == 0
                _advance(stream, int((now - stream.began) / step_s))
                if is_silent and stream.sent and stream.ticket:
                    self.first_tokens[stream.ticket] = now
            self._streams = [stream for stream in self._streams if not stream.ended.done()]
        self._stepping = None


def _advance(stream: _Stream, due: int) -> None:
    """Send the frames up to `due`. By the clock, not by steps: a busy machine makes the steps late, not the reply."""
    if stream.ended.cancelled():
        return
    if stream.exchange.is_closing:
        stream.ended.set_exception(ConnectionResetError("the client left"))
    elif due > stream.sent:
        stream.exchange.write_soon(b"".join(stream.frames[stream.sent : due]))
        stream.sent = due
        if due >= len(stream.frames):
            stream.ended.set_result(None)


@lru_cache(maxsize=64)
def _frames(tokens: int) -> tuple[bytes, ...]:
    """All tokens but the last, as HTTP chunks."""
    return tuple(_chunk(token_event(index, _word(index))) for index in range(1, tokens))


def _ending(tokens: int, input_length: int) -> bytes:
    details = {"finish_reason": "eos_token", "generated_tokens": tokens, "seed": None, "input_length": input_length}
    text = "".join(map(_word, range(1, tokens + 1)))
    return ending_event(tokens, _word(tokens), text, details)


def _word(index: int) -> str:
    """Token number `index`, from 1; a reply that is longer than the text begins anew."""
    words = TEXT.split()
    word = words[(index - 1) % len(words)]
    return word if index == 1 else f" {word}"


def _chunk(data: bytes) -> bytes:
    return f"{len(data):X}\r\n".encode() + data + b"\r\n"


@lru_cache(maxsize=4096)
def _tokenized(text: str) -> bytes:
    """What /tokenize answers: as FakeTgi's, put together from known pieces."""
    pieces = ['{"id":1,"text":"","start":0,"stop":0}']
    at = 0
    for token in tokens_of(text):
        pieces.append(f'{_token_piece(token)},"start":{at},"stop":{at + len(token)}}}')
        at += len(token)
    return f"[{','.join(pieces)}]".encode()


@lru_cache(maxsize=65536)
def _token_piece(token: str) -> str:
    return f'{{"id":{token_id(token)},"text":{json.dumps(token)}'


def main() -> None:
    """Serve in a process of its own until SIGTERM: prints the URL."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tokens", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--max-concurrent-requests", type=int, default=512)
    options = parser.parse_args()
    pthread_sigmask(SIG_BLOCK, [SIGTERM, SIGINT])  # before the server's thread starts, which inherits it
    most = options.max_concurrent_requests
    with SlowTgi(options.tokens, options.seconds, port=options.port, max_concurrent_requests=most) as server:
        print(server.url, flush=True)
        sigwait([SIGTERM, SIGINT])


if __name__ == "__main__":
    main()
