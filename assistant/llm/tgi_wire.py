"""What goes over the wire to TGI and back, as pure functions. Read in TGI 3.3: router/src/lib.rs and validation.rs."""

from __future__ import annotations

import pydantic
from text_generation import errors, types

from assistant.errors import ModelUnavailable, RequestRefused
from assistant.llm.base import FinishReason, GenerationParameters, ServerInfo
from assistant.llm.family import family_of_name
from assistant.llm.protocol import JsonObject, count_at, is_object, text_at
from assistant.llm.server_url import ServerUrl


def generate_request(prompt: str, parameters: GenerationParameters, max_stops: int) -> JsonObject:
    """The body of /generate_stream, checked by TGI's own package. TGI refuses temperature 0: greedy is not sampling."""
    greedy = parameters.temperature == 0.0
    try:
        request = types.Request(
            inputs=prompt,
            parameters=types.Parameters(
                do_sample=not greedy,
                temperature=None if greedy else parameters.temperature,
                max_new_tokens=parameters.max_new_tokens,
                repetition_penalty=parameters.repetition_penalty,
                stop=list(parameters.stop[:max_stops]),
                seed=parameters.seed,
                details=True,
            ),
        )
    except errors.ValidationError as exc:
        raise RequestRefused(f"TGI would refuse the request: {exc}") from exc
    except pydantic.ValidationError as exc:
        # The text of pydantic's own error repeats the values, the prompt among them.
        raise RequestRefused("; ".join(error["msg"] for error in exc.errors())) from None
    body: JsonObject = request.model_dump(exclude_none=True, exclude={"stream"})
    return body


def token_text(event: JsonObject, url: ServerUrl) -> str:
    """The text of one token's event. Plain checks: pydantic would cost more than all the rest of a token."""
    token = event.get("token")
    if not is_object(token) or not isinstance(text := token.get("text"), str):
        raise ModelUnavailable(f"{url} sent an event that is not TGI's: check {url.setting}")
    return "" if token.get("special") is True else text


def ending(event: JsonObject, url: ServerUrl) -> tuple[FinishReason, int] | None:
    """Why generation ended, and after how many tokens, if `event` is the last one of its stream."""
    if event.get("generated_text") is None:
        return None
    try:
        details = types.StreamResponse.model_validate(event).details
    except pydantic.ValidationError:
        details = None
    if details is None:
        raise ModelUnavailable(f"{url} ended its stream without telling why: check that {url.setting} is TGI's")
    reason: FinishReason = "length" if details.finish_reason is types.FinishReason.Length else "stop"
    return reason, details.generated_tokens


def server_info(told: JsonObject, url: ServerUrl, model_family: str, max_total_tokens: int | None) -> ServerInfo:
    """What /info told, with `model_family` and `max_total_tokens` overruled where given."""
    model_id = text_at(told, "model_id")
    total = max_total_tokens or count_at(told, "max_total_tokens")
    # TGI 1 and 2 called it max_input_length.
    input_limit = count_at(told, "max_input_tokens") or count_at(told, "max_input_length")
    concurrent = count_at(told, "max_concurrent_requests")
    if not (model_id and total and input_limit and concurrent):
        raise ModelUnavailable(f"{url}/info is not TGI's: check {url.setting}")
    return ServerInfo(
        model_id=model_id,
        model_family=model_family or family_of_name(model_id),
        max_input_tokens=min(input_limit, total - 1),
        max_total_tokens=total,
        max_concurrent_requests=concurrent,
        max_stop_sequences=count_at(told, "max_stop_sequences") or 0,
    )
