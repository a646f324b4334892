"""TGI's refusals as errors of ours. Read in TGI 3.3: router/src/infer/mod.rs and server.rs."""

from __future__ import annotations

import json
from collections.abc import Mapping

from text_generation import errors

from assistant.errors import (
    GenerationIncomplete,
    LanguageModelError,
    ModelOverloaded,
    ModelUnavailable,
    PromptTooLong,
    RequestRefused,
)
from assistant.llm.protocol import JsonObject, is_object, quotable, retry_after_s, text_at

_BY_VENDOR_ERROR: dict[type[Exception], type[LanguageModelError]] = {
    errors.OverloadedError: ModelOverloaded,
    errors.RateLimitExceededError: ModelOverloaded,
    errors.GenerationError: GenerationIncomplete,
    errors.IncompleteGenerationError: GenerationIncomplete,
    errors.ValidationError: RequestRefused,
    errors.BadRequestError: RequestRefused,
    errors.NotFoundError: RequestRefused,
    errors.ShardTimeoutError: ModelUnavailable,
}
# TGI gives no finer type than "validation"; these are the beginnings of its two complaints about length.
_LENGTH_COMPLAINTS = ("`inputs` tokens + `max_new_tokens` must be <=", "`inputs` must have less than")


def error_of_response(status: int, headers: Mapping[str, str], body: bytes, prompt: str) -> LanguageModelError:
    """The error for an answer other than 200."""
    try:
        payload: object = json.loads(body)
    except (ValueError, RecursionError):
        payload = None
    if is_object(payload) and text_at(payload, "error"):
        error = error_of_payload(status, payload, prompt)
    else:
        error = _error_of_status(status)
    error.retry_after_s = retry_after_s(headers)
    return error


def error_of_payload(status: int, payload: JsonObject, prompt: str) -> LanguageModelError:
    """The error for TGI's error object, in an answer of its own or as an event of a stream (then `status` is 200)."""
    message = text_at(payload, "error")
    vendor = errors.parse_error(status, {"error": message, "error_type": text_at(payload, "error_type")})
    said = f"TGI: {quotable(message, prompt)}"
    if isinstance(vendor, errors.ValidationError) and any(part in message for part in _LENGTH_COMPLAINTS):
        kind: type[LanguageModelError] = PromptTooLong
    elif type(vendor) in _BY_VENDOR_ERROR:
        kind = _BY_VENDOR_ERROR[type(vendor)]
    else:
        # In a stream TGI has types of its own for a generation that failed, which the package doesn't know.
        kind = GenerationIncomplete if status == 200 else type(_error_of_status(status))
    error = kind(said)
    error.__cause__ = vendor
    return error


def _error_of_status(status: int) -> LanguageModelError:
    if status == 429:
        return ModelOverloaded("the model server is overloaded (HTTP 429)")
    if status == 424:
        return GenerationIncomplete("generation failed at the model server (HTTP 424)")
    if status in (401, 403):
        return RequestRefused(f"the model server wants other credentials (HTTP {status}): check TGI_URL")
    if 300 <= status < 500 and status != 408:
        return RequestRefused(f"the model server refuses the request (HTTP {status}): check that TGI_URL is TGI's")
    return ModelUnavailable(f"the model server or a gateway before it is not working (HTTP {status})")
