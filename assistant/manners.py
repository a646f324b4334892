"""How the assistant behaves in which channel: read once from a TOML file, wrong entries are named."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from adapters.base import ReplyAddress
from assistant.errors import ConfigurationError
from assistant.phrases import Language, Phrases, speaking
from assistant.vector_store.scope import EVERYONE, SET_SEPARATOR, Scope


def _listed(names: object) -> object:
    """A list of names as they stand in a setting."""
    is_list = isinstance(names, list) and names and all(isinstance(name, str) and name.strip() for name in names)
    return SET_SEPARATOR.join(names) if is_list and isinstance(names, list) else names


class ChannelManners(BaseModel):
    """The manners of one channel.

    answer: what is answered. `mentions`: messages that name the assistant. `thread`: also what follows in a thread that
    it is in. `overheard`: also questions to nobody, where a passage is very near; otherwise it keeps silent.
    reply_in: a thread below the question, or the channel itself, where each person has a conversation of their own, and
    only mentions are answered.
    visible_to: who sees the answers.
    knowledge_set: the name of the set that is searched, or several. audience: whose documents may be used there, beside
    those for everyone. verbatim: a question that stands in the documents is answered in their words.
    template: by which prompt template; of several, each conversation has one of them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    answer: Literal["mentions", "thread", "overheard"] = "thread"
    reply_in: Literal["thread", "channel"] = "thread"
    visible_to: Literal["everybody", "asker"] = "everybody"
    language: Language = "en"
    knowledge_set: Annotated[str, BeforeValidator(_listed)] = Field("default", min_length=1)
    audience: list[str] = []
    persona: str = Field("default", min_length=1)
    verbatim: bool = False
    template: Annotated[str, BeforeValidator(_listed)] = Field("answer", min_length=1)

    def scope(self, knowledge_set: str) -> Scope:
        """What is searched for a conversation that is about these knowledge sets."""
        return Scope.of(knowledge_set, (EVERYONE, *self.audience))

    @property
    def templates(self) -> tuple[str, ...]:
        """The prompt templates that answers are made by, one for each conversation."""
        return tuple(dict.fromkeys(name.strip() for name in self.template.split(SET_SEPARATOR) if name.strip()))

    @property
    def phrases(self) -> Phrases:
        return speaking(self.language)


class Manners:
    """The manners of all channels. `tables` by "platform:channel id", by platform, or "default"; each gives what it
    says, and the rest is as in the next wider one, down to `otherwise`."""

    def __init__(
        self, tables: Mapping[str, Mapping[str, object]] | None = None, otherwise: ChannelManners | None = None
    ) -> None:
        self._tables = {name: dict(table) for name, table in (tables or {}).items()}
        self._otherwise = (otherwise or ChannelManners()).model_dump()
        self._known = {name: self._merged(name) for name in {*self._tables, "default"}}

    def of(self, platform: str, channel: str) -> ChannelManners:
        """The manners of that channel."""
        for name in (f"{platform}:{channel}", platform):
            if name in self._known:
                return self._known[name]
        return self._known["default"]

    def at(self, address: ReplyAddress) -> ChannelManners:
        """The manners of the channel of that address."""
        return self.of(address.platform, address.channel)

    @property
    def by_name(self) -> Mapping[str, ChannelManners]:
        """All manners that there are, by the name of their table; always with "default"."""
        return self._known

    def _merged(self, name: str) -> ChannelManners:
        names = dict.fromkeys(("default", name.partition(":")[0], name))
        told = [self._tables.get(wider, {}) for wider in names]
        merged = self._otherwise
        for table in told:
            merged = merged | table
        return ChannelManners.model_validate(merged)


def load_manners(file: Path | None, otherwise: ChannelManners) -> Manners:
    """The manners in the file, if there is one. Raises ConfigurationError, naming table and key."""
    if file is None:
        return Manners(otherwise=otherwise)
    try:
        tables = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise ConfigurationError(f"ASSISTANT_CHANNELS_FILE: {file} can't be read: {exc}") from exc
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise ConfigurationError(
                f'{file}: {name} stands outside of a table: write it below ["platform:channel id"]'
            )
        try:
            ChannelManners.model_validate(table)
        except ValidationError as exc:
            error = exc.errors(include_url=False)[0]
            key = ".".join(map(str, error["loc"]))
            reason = error["msg"].removeprefix("Value error, ")
            raise ConfigurationError(f"{file}: [{name}] {key}: {reason} (it is {str(error['input'])[:80]!r})") from exc
    return Manners(tables, otherwise)
