"""Whether what was found is what should have been found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

from assistant.evaluation.questions import Gold

_TABLES = (".csv",)


class Found(Protocol):
    """A passage that was found."""

    @property
    def uri(self) -> str: ...

    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document's file name, and what a passage of it must hold: of a table the gold text, of others nothing, as there
    any passage of the document counts."""

    file: str
    text: str

    def is_met(self, found: Found) -> bool:
        """White space does not count: reading a table may change it."""
        return file_name(found.uri) == self.file and self.text in _squeezed(found.text)


def wanted_passages(gold: Iterable[Gold]) -> tuple[Wanted, ...]:
    """What is wanted for a question with this gold, each once."""
    passages = (Wanted(file_name(each.uri), _text_that_counts(each)) for each in gold)
    return tuple(dict.fromkeys(passages))


def gains(wanted: Sequence[Wanted], found: Sequence[Found]) -> list[int]:
    """For each passage that was found how many of the wanted ones it meets first: each gains once."""
    missing = set(wanted)
    gained = []
    for passage in found:
        hits = {each for each in missing if each.is_met(passage)}
        missing -= hits
        gained.append(len(hits))
    return gained


def file_name(uri: str) -> str:
    """The last part of a path or an address."""
    return PurePosixPath(uri.rstrip("/")).name


def _text_that_counts(gold: Gold) -> str:
    is_table = file_name(gold.uri).lower().endswith(_TABLES)
    return _squeezed(gold.text) if is_table else ""


def _squeezed(text: str) -> str:
    return " ".join(text.split())
