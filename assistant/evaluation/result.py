"""What became of one question, as it stands on a line of results.jsonl."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from assistant.evaluation.questions import QuestionId
from assistant.json_lines import json_line
from assistant.vector_store.base import RetrievedChunk

Verdict = Literal["answer", "ask", "refuse", "error"]
"""answer: it is answered, or without a language model would be. ask: it is asked back. refuse: "I don't know".
error: it failed; `error` says why."""


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage that was found; `distance` (and `rerank_distance`, where there is a reranker): see RetrievedChunk."""

    uri: str
    title: str
    heading: str
    text: str
    distance: float
    rerank_distance: float | None = None

    @classmethod
    def of(cls, chunk: RetrievedChunk) -> FoundPassage:
        return cls(chunk.uri, chunk.title, chunk.heading, chunk.text, chunk.distance, chunk.rerank_distance)


@dataclass(frozen=True, slots=True)
class Citation:
    """A source of an answer: its number in the text, its document's uri, and the beginning of the passage."""

    number: int
    uri: str
    title: str
    quote: str


@dataclass(frozen=True, slots=True)
class Result:
    """One question's. `has_gold`: passages are known that answer it. `searched`: the texts that were searched for it.
    `place`: that of the first gold passage among the results, from 1. `distance`: what the gate went by, the smaller
    the surer; None where nothing was found or searched. `answer` is "" where there is none; `similarity`: its own to
    the reference answer. `cited_sentences`: those of the answer that cite passages; `supported_sentences`: those of
    them that the passages bear out. Times in seconds."""

    id: QuestionId
    query: str
    answerable: bool
    has_gold: bool
    decision: Verdict
    searched: tuple[str, ...] = ()
    results: tuple[FoundPassage, ...] = ()
    place: int | None = None
    distance: float | None = None
    gate: Mapping[str, object] | None = None
    answer: str = ""
    reference: str = ""
    similarity: float | None = None
    citations: tuple[Citation, ...] = ()
    cited_sentences: int = 0
    supported_sentences: int = 0
    prompt_tokens: int | None = None
    generated_tokens: int | None = None
    latency_s: float = 0.0
    timings_s: Mapping[str, float] | None = None
    error: str = ""

    @property
    def key(self) -> str:
        """As Question.key."""
        return json.dumps(self.id, ensure_ascii=False)

    def line(self) -> bytes:
        """The result as a line of JSON, line end included."""
        return json_line(asdict(self)) + b"\n"


def read_result(line: bytes) -> Result | None:
    """The result on a line; None where it is none, or was cut short."""
    try:
        entry: Any = json.loads(line)
        known = {name: entry[name] for name in (field.name for field in fields(Result))}
        known["searched"] = tuple(known["searched"])
        known["results"] = tuple(FoundPassage(**each) for each in known["results"])
        known["citations"] = tuple(Citation(**each) for each in known["citations"])
        return Result(**known)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
