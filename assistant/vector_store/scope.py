"""What may be searched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

EVERYONE = "everyone"
"""The audience that every asker belongs to."""
SET_SEPARATOR = ","
"""Between the names of knowledge sets that are searched together; no name holds it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be searched: some knowledge sets of one embedding model, as far as one of the `audiences` may see it,
    and only documents that have all of the `tags`."""

    knowledge_sets: tuple[str, ...]
    audiences: tuple[str, ...] = (EVERYONE,)
    tags: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, names: str, audiences: Sequence[str] = (EVERYONE,), tags: Sequence[tuple[str, str]] = ()) -> Scope:
        """The scope of sets whose names stand in one text, with commas between them."""
        listed = dict.fromkeys(name.strip() for name in names.split(SET_SEPARATOR) if name.strip())
        return cls(tuple(listed), tuple(audiences), tuple(tags))
