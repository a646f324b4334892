"""What the embedded stack consists of, and where its parts answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum


class Part(StrEnum):
    """One server of the embedded stack; the value also names its log file."""

    POSTGRES = "postgres"
    REDIS = "redis"
    CHAT_MODEL = "chat_model"


@dataclass(frozen=True, slots=True)
class EmbeddedUrls:
    """Where the parts that were asked for answer; "" for the others. Under the names of the settings they stand for.

    `openai_base_url` ends with /v1, as OPENAI_BASE_URL does everywhere; `openai_api_key` keeps the machine's other
    users out of the loopback port and is new at every start.
    """

    database_url: str = ""
    redis_url: str = ""
    openai_base_url: str = ""
    openai_api_key: str = field(default="", repr=False)

    @classmethod
    def from_json(cls, values: Mapping[str, object]) -> EmbeddedUrls:
        return cls(**{name.name: str(values.get(name.name, "")) for name in fields(cls)})
