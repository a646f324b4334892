"""`assistant doctor`: tries every part, and says what to do about each that doesn't work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from adapters.base import ChatAdapter, IncomingEvent
from adapters.errors import AdapterError
from assistant import wiring
from assistant.answering.template_choice import check_templates
from assistant.calibration.store import CalibrationStore
from assistant.config import Settings
from assistant.embedded import Part
from assistant.errors import AssistantError
from assistant.presence import live_workers
from assistant.queue import WakeUpQueue
from assistant.vector_store.base import VectorStore
from assistant.vector_store.scope import Scope
from prompts.errors import PromptError
from prompts.persona import load_persona


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen of one part. `fact` tells its state, or what is wrong and what to do."""

    part: str
    ok: bool
    fact: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Each part in turn. What is unset is started, embedded, for the time of the examination."""
    with ExitStack() as stack:
        known = settings
        for part, check in ((Part.POSTGRES, _postgres), (Part.REDIS, _redis), (Part.CHAT_MODEL, _model)):
            try:
                known = stack.enter_context(wiring.served(known, [part]))
            except AssistantError as exc:
                yield Finding(part.value, ok=False, fact=str(exc))
                continue
            yield _finding(part.value, check, known)
            if part is Part.POSTGRES:
                yield _finding("knowledge", _knowledge, known)
                yield _finding("workers", _workers, known)
        yield _finding("persona", _persona, known)
        yield _finding("channels", _channels, known)
        yield from _platforms(known)


def _finding(part: str, check: Callable[[Settings], str], settings: Settings) -> Finding:
    try:
        return Finding(part, ok=True, fact=check(settings))
    except (AssistantError, AdapterError, PromptError) as exc:
        return Finding(part, ok=False, fact=" ".join(str(exc).split()))


def _postgres(settings: Settings) -> str:
    with wiring.database_pool(settings, 1) as pool, pool.connection() as connection:
        row = connection.execute(
            "select current_setting('server_version'), extversion from pg_extension where extname = 'vector'"
        ).fetchone()
    return f"PostgreSQL {row[0]}, pgvector {row[1]}" if row else "PostgreSQL without pgvector"


def _redis(settings: Settings) -> str:
    queue = WakeUpQueue(settings.redis_url)
    queue.check()
    return f"answers; {queue.length()} wake-ups wait"


def _model(settings: Settings) -> str:
    model = wiring.language_model(settings)
    try:
        info = model.info()
        model.check()
    finally:
        model.close()
    family = info.model_family or "unknown: set ASSISTANT_MODEL_FAMILY"
    return f"{info.model_id}, prompt format {family}, window {info.max_total_tokens} tokens"


def _knowledge(settings: Settings) -> str:
    with wiring.database_pool(settings, 1) as pool:
        store = wiring.vector_store(pool)
        calibrations = CalibrationStore(pool)
        return "; ".join(_set(store, calibrations, name) for name in Scope.of(settings.knowledge_set).knowledge_sets)


def _set(store: VectorStore, calibrations: CalibrationStore, name: str) -> str:
    found, documents = store.find_set(name), store.documents(name)
    if found is None or not documents:
        raise AssistantError(f"knowledge set {name!r} is empty: run `ingest add PATH`")
    chunks = sum(document.chunk_count for document in documents)
    calibration = calibrations.find(name, found.space.model_name)
    fitted = f"calibrated {calibration.calibrated_at:%Y-%m-%d}" if calibration else "not calibrated"
    return f"{len(documents)} documents, {chunks} chunks in {name!r}, embedded by {found.space.model_name}, {fitted}"


def _workers(settings: Settings) -> str:
    count = live_workers(settings.database_url)
    return f"{count} running" if count else "none running: `assistant up` starts one, `assistant worker` another"


def _persona(settings: Settings) -> str:
    return load_persona(settings.persona).name


def _channels(settings: Settings) -> str:
    by_name = wiring.manners(settings).by_name
    for manners in by_name.values():
        check_templates(manners.templates)
    told = [name for name in by_name if name != "default"]
    humans = settings.alert_channel or "nowhere: set ASSISTANT_ALERT_CHANNEL, so that customers can call them"
    return f"{len(told)} with manners of their own; human agents: {humans}"


def _platforms(settings: Settings) -> Iterator[Finding]:
    try:
        adapters = wiring.adapters(settings)
    except AssistantError as exc:
        yield Finding("platforms", ok=False, fact=str(exc))
        return
    if not adapters:
        yield Finding("platforms", ok=True, fact="none configured: the README says how to connect Slack and Discord")
    for platform in adapters:
        yield _finding(platform, partial(_connects, platform), settings)


def _connects(platform: str, settings: Settings) -> str:
    return asyncio.run(_connect(wiring.adapters(settings)[platform]))


async def _connect(adapter: ChatAdapter) -> str:
    try:
        await adapter.start(_leave)
    finally:
        await adapter.close()
    return "connects"


async def _leave(_: IncomingEvent) -> None:
    """A message that comes during the examination is not taken; its platform delivers it again."""
    raise AssistantError("only examining")
