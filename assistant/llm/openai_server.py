"""What an OpenAI-compatible server runs, put together from /v1/models and llama.cpp's /props."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.errors import ModelUnavailable, RequestRefused
from assistant.llm.base import ServerInfo
from assistant.llm.family import family_of_name, family_of_template
from assistant.llm.openai_dialect import Dialect
from assistant.llm.protocol import JsonObject, count_at, is_object, object_at, text_at

# Servers but llama.cpp's don't tell how much they take at once; they queue. TGI's default, for want of a better number.
_USUAL_CONCURRENCY = 128


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the operator's settings say, "" and None where they leave it to the server."""

    model: str = ""
    model_family: str = ""
    max_total_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class OpenAiServer:
    """A server: whose protocol's dialect it speaks, and what it runs."""

    dialect: Dialect
    info: ServerInfo


def is_llama_cpp(models: JsonObject) -> bool:
    """Whether /v1/models was answered by llama.cpp's own server."""
    return any(_dialect(model) is Dialect.LLAMA_CPP for model in _listed(models))


def describe(models: JsonObject, props: JsonObject, overrides: Overrides) -> OpenAiServer:
    """The server that answered `models` to /v1/models and, if it is llama.cpp's, `props` to /props.

    Raises RequestRefused when it serves no such model, or its window is neither told nor set.
    """
    model = _chosen(_listed(models), overrides.model)
    dialect = _dialect(model)
    model_id = overrides.model or text_at(model, "id")
    settings = object_at(props, "default_generation_settings")
    total = overrides.max_total_tokens or count_at(settings, "n_ctx") or count_at(model, "max_model_len")
    if not total:
        raise RequestRefused("the model server does not tell its window: set ASSISTANT_MAX_MODEL_TOKENS")
    return OpenAiServer(
        dialect,
        ServerInfo(
            model_id=model_id,
            model_family=overrides.model_family or _family(model_id, model, props),
            max_input_tokens=total - 1,
            max_total_tokens=total,
            max_concurrent_requests=count_at(props, "total_slots") or _USUAL_CONCURRENCY,
            max_stop_sequences=dialect.max_stop_sequences,
        ),
    )


def _listed(models: JsonObject) -> list[JsonObject]:
    data = models.get("data")
    if not isinstance(data, list) or not all(is_object(model) for model in data):
        raise ModelUnavailable("/v1/models did not answer with a list of models: check OPENAI_BASE_URL")
    return data


def _chosen(listed: list[JsonObject], wanted: str) -> JsonObject:
    """The model to ask for. llama.cpp runs one model, whatever name it is asked for by."""
    if not listed:
        raise ModelUnavailable("the model server has no model loaded yet")
    for model in listed:
        if not wanted or text_at(model, "id") == wanted:
            return model
    if _dialect(listed[0]) is Dialect.LLAMA_CPP:
        return listed[0]
    names = ", ".join(text_at(model, "id")[:100] for model in listed[:5])
    raise RequestRefused(f"the model server has no model of the name in LLM_MODEL; it has: {names}")


def _dialect(model: JsonObject) -> Dialect:
    return Dialect.of(text_at(model, "owned_by"))


def _family(model_id: str, model: JsonObject, props: JsonObject) -> str:
    """The chat template knows best; vLLM's `root` is the model's own name where it is served under another."""
    template = family_of_template(text_at(props, "chat_template"))
    return template or family_of_name(model_id) or family_of_name(text_at(model, "root"))
