"""How OpenAI-compatible servers differ: what they tell of themselves, count tokens with, and call their parameters.

Read in llama.cpp's tools/server/README.md, vLLM's and SGLang's entrypoints/openai (checked 2026-07).
"""

from __future__ import annotations

from enum import Enum

from assistant.llm.base import GenerationParameters
from assistant.llm.protocol import JsonObject


class Dialect(Enum):
    """The maker of a server, by the `owned_by` of its models."""

    LLAMA_CPP = "llamacpp"
    VLLM = "vllm"
    SGLANG = "sglang"
    OTHER = ""

    @classmethod
    def of(cls, owned_by: str) -> Dialect:
        return next((dialect for dialect in cls if dialect.value == owned_by), cls.OTHER)

    @property
    def max_stop_sequences(self) -> int:
        """OpenAI's own limit is 4; these servers have none, so the number is only a bound of ours."""
        return 4 if self is Dialect.OTHER else 64


def completion_request(dialect: Dialect, model_id: str, prompt: str, parameters: GenerationParameters) -> JsonObject:
    """The body of /v1/completions. The server itself puts BOS before the prompt, where its model has one."""
    body: JsonObject = {
        "model": model_id,
        "prompt": prompt,
        "max_tokens": parameters.max_new_tokens,
        "temperature": parameters.temperature,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if parameters.stop:
        body["stop"] = list(parameters.stop[: dialect.max_stop_sequences])
    if parameters.seed is not None:
        body["seed"] = parameters.seed
    if dialect in (Dialect.LLAMA_CPP, Dialect.OTHER):
        body["repeat_penalty"] = parameters.repetition_penalty  # llama.cpp and llama-cpp-python
    if dialect is not Dialect.LLAMA_CPP:
        body["repetition_penalty"] = parameters.repetition_penalty  # vLLM, SGLang and most others
    if dialect is Dialect.LLAMA_CPP:
        body["cache_prompt"] = True
    return body


def tokenize_request(dialect: Dialect, model_id: str, text: str) -> JsonObject:
    """The body of /tokenize: no special tokens added, those that a template wrote counted as the one token they are."""
    if dialect is Dialect.LLAMA_CPP:
        return {"content": text, "add_special": False, "parse_special": True}
    return {"model": model_id, "prompt": text, "add_special_tokens": False}
