"""The port to a language model server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

FinishReason = Literal["stop", "length"]


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """What a model server says of itself. Token limits count prompt tokens (input) and prompt + reply (total).

    `model_family` names a folder of prompts/templates ("llama2", "chatml"), "" where the server does not tell.
    """

    model_id: str
    model_family: str
    max_input_tokens: int
    max_total_tokens: int
    max_concurrent_requests: int
    max_stop_sequences: int

    def max_prompt_tokens(self, max_new_tokens: int) -> int:
        """How long a prompt may be that leaves room for such a reply."""
        return min(self.max_input_tokens, self.max_total_tokens - max_new_tokens)


@dataclass(frozen=True, slots=True)
class GenerationParameters:
    """Sampling parameters. Defaults are those in use for Llama 2-chat in customer service (FACTS).

    `stop`: generation ends before any of these strings; the returned text never holds one.
    """

    max_new_tokens: int = 500
    temperature: float = 0.1
    repetition_penalty: float = 1.1
    stop: tuple[str, ...] = ()
    seed: int | None = None

    def __post_init__(self) -> None:
        if self.max_new_tokens < 1:
            raise ValueError("max_new_tokens must be at least 1")
        if not 0.0 <= self.temperature <= 2.0:
            raise ValueError("temperature must lie between 0 and 2")
        if not 0.0 < self.repetition_penalty <= 2.0:
            raise ValueError("repetition_penalty must lie in (0, 2]")


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Time limits of one generation, in seconds: to connect, to the first token, between tokens, and in total."""

    connect_s: float = 5.0
    first_token_s: float = 60.0
    idle_s: float = 20.0
    total_s: float = 180.0

    def __post_init__(self) -> None:
        for name in ("connect_s", "first_token_s", "idle_s", "total_s"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be positive")


@dataclass(frozen=True, slots=True)
class Generation:
    """A complete generation: `text` without special tokens or stop strings, and why it ended."""

    text: str
    finish_reason: FinishReason
    generated_tokens: int


class LanguageModel(Protocol):
    """One model server. Safe to share between threads. Every sentence has a test in tests/contracts/llm_contract.py.

    `info` asks the server what it runs. `count_tokens` is exact for the served model's tokenizer and counts neither BOS
    nor EOS. `generate` calls `on_text` with each new piece of text as it arrives (the pieces joined are the returned
    text), and returns only after the server's terminal event; a stream that ends without one raises
    GenerationIncomplete. A generation never outlasts `deadlines.total_s`, also on data that drips. Every failure is a
    LanguageModelError of the right class; nothing of the transport's own leaks. `check` generates one token: it returns
    when the server really works, and raises what is wrong otherwise. `close` ends the kept-alive connections.
    """

    def info(self) -> ServerInfo: ...

    def count_tokens(self, text: str) -> int: ...

    def generate(
        self,
        prompt: str,
        parameters: GenerationParameters,
        deadlines: Deadlines,
        on_text: Callable[[str], None] | None = None,
    ) -> Generation: ...

    def check(self) -> None: ...

    def close(self) -> None: ...
