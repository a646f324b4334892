"""The refusals of OpenAI-compatible servers as errors of ours. They agree on HTTP, hardly on what the body says."""

from __future__ import annotations

import json
from collections.abc import Mapping

from assistant.errors import (
    GenerationIncomplete,
    LanguageModelError,
    ModelOverloaded,
    ModelUnavailable,
    PromptTooLong,
    RequestRefused,
)
from assistant.llm.protocol import JsonObject, is_object, object_at, quotable, retry_after_s, text_at

# llama.cpp has a type of its own for it. vLLM and SGLang say it in words, which these have been in every version so far
# ("maximum context length", "longer than the model's context length", "greater than max_model_len").
_LENGTH_TYPE = "exceed_context_size_error"
_LENGTH_WORDS = ("context length", "max_model_len", "maximum model length", "max_tokens must be at least 1, got -")


def error_of_response(status: int, headers: Mapping[str, str], body: bytes, prompt: str) -> LanguageModelError:
    """The error for an answer other than 200."""
    try:
        payload: object = json.loads(body)
    except (ValueError, RecursionError):
        payload = None
    if is_object(payload):
        error = _error_of_status(status, payload, prompt)
    elif 300 <= status < 500 and status not in (408, 429):
        error = RequestRefused(f"the model server refuses the request (HTTP {status}): {_advice(status)}")
    elif status == 429:
        error = ModelOverloaded("the model server is overloaded (HTTP 429)")
    else:
        error = ModelUnavailable(f"the model server or a gateway before it is not working (HTTP {status})")
    error.retry_after_s = retry_after_s(headers)
    return error


def error_of_event(payload: JsonObject, prompt: str) -> LanguageModelError:
    """The error for an error object as an event of a stream; its `code` is an HTTP status, where it has one."""
    inner = object_at(payload, "error") or payload
    code = inner.get("code")
    if isinstance(code, int) and 400 <= code < 600:
        return _error_of_status(code, payload, prompt)
    return GenerationIncomplete(f"the model server: {quotable(_message(payload), prompt)}")


def _error_of_status(status: int, payload: JsonObject, prompt: str) -> LanguageModelError:
    message = _message(payload)
    said = f"the model server (HTTP {status}): {quotable(message, prompt)}"
    if _is_about_length(payload, message):
        return PromptTooLong(said)
    if status in (429, 503):
        return ModelOverloaded(said)
    if status in (408, 502, 504):
        return ModelUnavailable(said)
    if status >= 500:
        return GenerationIncomplete(said)
    return RequestRefused(f"{said}: {_advice(status)}")


def _message(payload: JsonObject) -> str:
    """{"error": {"message": …}} (OpenAI, llama.cpp, vLLM), {"message": …} (older vLLM), {"detail": …} (FastAPI)."""
    return text_at(object_at(payload, "error"), "message") or text_at(payload, "message", "error", "detail")


def _is_about_length(payload: JsonObject, message: str) -> bool:
    if text_at(object_at(payload, "error"), "type") == _LENGTH_TYPE:
        return True
    lower = message.lower()
    return any(words in lower for words in _LENGTH_WORDS)


def _advice(status: int) -> str:
    if status in (401, 403):
        return "check OPENAI_API_KEY"
    if status == 404:
        return "check OPENAI_BASE_URL and LLM_MODEL"
    return "check that OPENAI_BASE_URL is a completion server and knows these parameters"
