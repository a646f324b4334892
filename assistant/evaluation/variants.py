"""The configurations that an evaluation compares."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.config import Settings, setting_names, with_settings
from assistant.errors import ConfigurationError, EvaluationError

AS_SET = "as set"
RETRIEVAL = "retrieval"
INTAKE_SETTINGS = (
    "EMBEDDING_MODEL",
    "ASSISTANT_EMBEDDING_PRECISION",
    "ASSISTANT_CHUNK_TOKENS",
    "ASSISTANT_CHUNK_OVERLAP",
    "ASSISTANT_MAX_DOCUMENT_MB",
    "ASSISTANT_LEAVE_OUT_FILE",
    "ASSISTANT_INDEX_PRECISION",
)
"""By these documents are taken in: a variant that sets one has a knowledge set of its own."""
UNCHANGEABLE = ("DATABASE_URL", "REDIS_URL", "ASSISTANT_HOME", "ASSISTANT_KNOWLEDGE_SET")
_NAME = re.compile(r"[\w][\w .-]{0,39}")
_FORM = "write it like --variant 'strict: ASSISTANT_MAX_DISTANCE=0.5 ASSISTANT_TOP_K=3'"


@dataclass(frozen=True, slots=True)
class Variant:
    """A configuration: what is set, and `overrides` of it by setting's name. Without retrieval the model answers from
    its own head."""

    name: str
    settings: Settings
    overrides: tuple[tuple[str, str], ...] = ()
    has_retrieval: bool = True

    @property
    def intake_environment(self) -> dict[str, str]:
        """The overrides that documents are taken in by."""
        return {name: value for name, value in self.overrides if name in INTAKE_SETTINGS}

    @property
    def intake_variation(self) -> str:
        """Tells variants with other documents' chunks or vectors apart; "" for those as set."""
        changed = self.intake_environment
        return json.dumps(changed, sort_keys=True) if changed else ""

    @property
    def file_part(self) -> str:
        """The name as a part of a file's name; "" for what is set."""
        return "" if self.name == AS_SET else re.sub(r"[^\w.-]+", "-", self.name)


def read_variants(texts: Sequence[str], settings: Settings) -> list[Variant]:
    """What is set, and each variant of it. Raises EvaluationError, which names what is wrong."""
    variants = [Variant(AS_SET, settings)]
    for text in texts:
        variant = _variant(text, settings)
        if variant.file_part in {each.file_part for each in variants} or variant.name == AS_SET:
            raise EvaluationError(f"--variant {text!r}: there is a variant of that name already: choose another one")
        variants.append(variant)
    return variants


def _variant(text: str, settings: Settings) -> Variant:
    name, colon, rest = text.partition(":")
    name = name.strip()
    if not colon or not _NAME.fullmatch(name):
        raise EvaluationError(f"--variant {text!r} has no name of letters, digits, blanks and dashes: {_FORM}")
    try:
        pairs = [part.partition("=") for part in shlex.split(rest)]
    except ValueError as exc:
        raise EvaluationError(f"--variant {text!r} can't be read ({exc}): {_FORM}") from exc
    values: dict[str, str] = {}
    for key, equals, value in pairs:
        if not equals or not key:
            raise EvaluationError(f"--variant {text!r}: {key!r} is not of the form KEY=VALUE: {_FORM}")
        values[key] = value
    retrieval = values.pop(RETRIEVAL, "on")
    if retrieval not in ("on", "off"):
        raise EvaluationError(f"--variant {text!r}: {RETRIEVAL} must be on or off")
    for key in values:
        if key not in setting_names() or key in UNCHANGEABLE:
            raise EvaluationError(
                f"--variant {text!r}: {key} is no setting that can vary: `docs/settings.md` lists them"
            )
    try:
        changed = with_settings(settings, values)
    except ConfigurationError as exc:
        raise EvaluationError(f"--variant {text!r}: {exc}") from exc
    return Variant(name, changed, tuple(values.items()), retrieval == "on")
