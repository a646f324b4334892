"""What results depend on: only results of the same configuration may stand in one file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from assistant import __version__
from assistant.config import Settings, setting_names
from assistant.embedding.distances import NearDistances
from assistant.evaluation.questions import Question
from assistant.evaluation.variants import Variant
from assistant.vector_store.base import KnowledgeSet, StoredDocument
from prompts.persona import load_persona
from prompts.render import answer_templates, prompt_version, template_families

Fingerprint = Mapping[str, str]
"""What the results depend on, by what it is called in a message; long values as hashes."""


@dataclass(frozen=True, slots=True)
class KnownSet:
    """A knowledge set with its documents."""

    knowledge_set: KnowledgeSet
    documents: tuple[StoredDocument, ...]

    def facts(self) -> list[str]:
        """What changes when anything else may be found in it."""
        space = self.knowledge_set.space
        documents = sorted(
            f"{each.document.uri}\0{each.document.content_hash}\0{each.document.recipe}\0{each.chunk_count}"
            for each in self.documents
        )
        made = [space.model_name, str(space.dimension), space.index_precision, self.knowledge_set.text_search]
        return [*made, *documents]


_TEMPLATES = (*answer_templates(), "closed_book", "rewrite")
_PLATFORMS = ("SLACK_", "DISCORD_", "WECHATY_")
_IRRELEVANT = {
    *("DATABASE_URL", "REDIS_URL", "ASSISTANT_HOME", "OPENAI_API_KEY", "ASSISTANT_HTTP_HOST", "ASSISTANT_HTTP_PORT"),
    *("ASSISTANT_LOG_LEVEL", "ASSISTANT_WORKER_THREADS", "ASSISTANT_PERSON_PER_MINUTE", "ASSISTANT_CHANNEL_PER_MINUTE"),
    *("ASSISTANT_MAX_WAITING", "ASSISTANT_ALERT_CHANNEL", "ASSISTANT_HANDOFF_MINUTES", "ASSISTANT_CHANNELS_FILE"),
    *("ASSISTANT_FETCH_HOSTS", "ASSISTANT_KEEP_DAYS", "ASSISTANT_KNOWLEDGE_SET"),
}
"""They change no answer of an evaluation."""


def fingerprint(
    variant: Variant,
    questions: Sequence[Question],
    knowledge: Sequence[KnownSet],
    mode: str,
    limits: NearDistances | None,
) -> dict[str, str]:
    """Of a variant; `knowledge`: the sets that are searched; `limits`: how near is near in them."""
    parts = {
        "mode": mode,
        "limits": repr(limits),
        "version": __version__,
        "questions": _hash(repr(question) for question in questions),
        "retrieval": "on" if variant.has_retrieval else "off",
        "persona": _hash([json.dumps(asdict(load_persona(variant.settings.persona)), sort_keys=True)]),
        "prompts": _hash(prompt_version(family, name) for family in template_families() for name in _TEMPLATES),
        "knowledge set": ",".join(known.knowledge_set.name for known in knowledge),
        "documents": _hash(fact for known in knowledge for fact in known.facts()),
    }
    return parts | _settings(variant.settings)


def differences(one: Fingerprint, other: Fingerprint) -> list[str]:
    """What differs between two, by name."""
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))


def _settings(settings: Settings) -> dict[str, str]:
    """What is set and matters, as text; addresses may hold a password."""
    given = settings.model_dump(by_alias=True, mode="json")
    names = [name for name in setting_names() if name not in _IRRELEVANT and not name.startswith(_PLATFORMS)]
    return {name: _hash([str(given[name])]) if name.endswith("_URL") else str(given[name]) for name in names}


def _hash(texts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()[:16]
