"""The process that serves one model file with llama.cpp's own server: python -m assistant.embedded.chat_model."""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.error import URLError

from assistant.embedded.gguf import context_length
from assistant.embedded.llama_server import API_KEY_VARIABLE
from assistant.embedded.machine import available_cores
from assistant.errors import EmbeddedStackError

_SLOTS = 4
# Each slot's share of the key-value cache is allocated at once: 4 × 4,096 tokens of the packaged model take 0.4 GB.
_MAX_WINDOW_TOKENS = 4096
_PROMPT_CACHE_MIB = 256  # llama.cpp's own default is 8 GB
_WARNINGS = 2  # llama.cpp's verbosity: its information lines would hold a line or more for each request
_HEALTH_TIMEOUT_S = 60.0


def main() -> None:
    """Serve until the process is ended. The address is written once the model answers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--gguf", type=Path, required=True)
    parser.add_argument("--announce-in", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        server = _serve(arguments.gguf, os.environ.pop(API_KEY_VARIABLE))
        _wait_until_healthy(server.listening_address)
    except (EmbeddedStackError, RuntimeError) as exc:
        sys.exit(f"Error: {exc}")
    _announce(server.listening_address, arguments.announce_in)
    threading.Event().wait()


def _serve(gguf: Path, api_key: str) -> Any:
    """A running server on a free port of 127.0.0.1. Raises RuntimeError when llama.cpp can't load the model."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(gguf)
    parameters.model_alias = {gguf.stem}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [api_key]
    parameters.ui = False
    parameters.verbosity = _WARNINGS
    parameters.n_parallel = _SLOTS
    parameters.n_ctx = _SLOTS * min(context_length(gguf), _MAX_WINDOW_TOKENS)
    parameters.cache_prompt = True
    parameters.cache_ram_mib = _PROMPT_CACHE_MIB
    parameters.fit_params = False  # there is no GPU memory to fit into, and the attempt loads the model twice
    # llama.cpp's threads wait for each other by spinning. Where one of them loses its core to another process, all do
    # nothing: with as many threads as cores and an embedding model at work beside it, a reply took 90 s instead of 3 s.
    # Reading a prompt they meet some hundred times in all, writing as often for each token.
    parameters.cpuparams.n_threads = max(1, available_cores() // 2)
    parameters.cpuparams_batch.n_threads = available_cores()
    return xllamacpp.Server(parameters)


def _wait_until_healthy(address: str) -> None:
    deadline = time.monotonic() + _HEALTH_TIMEOUT_S
    while True:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:  # noqa: S310 (our own http address)
                answer.read()
            return
        except URLError as exc:
            if time.monotonic() > deadline:
                raise RuntimeError(f"the server does not get healthy: {exc.reason}") from exc
        time.sleep(0.05)


def _announce(address: str, file: Path) -> None:
    draft = file.with_suffix(".new")
    draft.write_text(address)
    draft.replace(file)


if __name__ == "__main__":
    main()
