"""The embedded chat model as the keeper sees it: a child process that says where it listens."""

from __future__ import annotations

import os
import secrets
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from assistant.embedded.children import Children
from assistant.embedded.home import Home
from assistant.embedded.packages import require_llama_cpp
from assistant.embedded.parts import Part
from assistant.embedded.program import Program
from assistant.embedded.started import Started

API_KEY_VARIABLE = "ASSISTANT_CHAT_MODEL_KEY"
_START_TIMEOUT_S = 300.0  # a large model on a slow disk
_STOP_TIMEOUT_S = 10.0


async def start_chat_model(home: Home, children: Children, say: Callable[[str], None], gguf: Path) -> Started:
    """Start the server of one model file."""
    require_llama_cpp()
    say(f"Loading the chat model {gguf.stem}")
    address = home.sockets / "chat_model.address"
    address.unlink(missing_ok=True)
    key = secrets.token_urlsafe(32)
    program = Program(
        name="chat model",
        command=[sys.executable, "-m", "assistant.embedded.chat_model", "--gguf", gguf, "--announce-in", address],
        log=home.log(Part.CHAT_MODEL),
        stop_signal=signal.SIGTERM,
        stop_timeout_s=_STOP_TIMEOUT_S,
        telling=r"error loading|Error: ",
        # Not on the command line, which every user of the machine can read.
        environment=os.environ | {API_KEY_VARIABLE: key},
    )
    process = children.start(program)
    await children.until(address.exists, program, process, _START_TIMEOUT_S)
    return Started(process, {"openai_base_url": f"{address.read_text()}/v1", "openai_api_key": key})
