"""Looks answers up with all that explains them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from assistant.database import connect, database_errors
from assistant.explaining import statements
from assistant.explaining.explanation import (
    Asked,
    ChunkState,
    Explanation,
    HandedOff,
    Replied,
    Sent,
    Traced,
    UsedChunk,
    read_fields,
)
from assistant.explaining.reference import FORMS, NoSuchMessage, Reference
from assistant.vector_store.scope import Scope


class Explanations:
    """The answers of one database. Raises DatabaseUnavailable."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url

    def find(self, reference: Reference) -> Explanation:
        """The explanation of what is named. Raises NoSuchMessage."""
        with database_errors(), connect(self._database_url) as connection:
            return explain(connection, find_message(connection, reference))


def find_message(connection: psycopg.Connection[Any], reference: Reference) -> int:
    """The id of the message that is named. Raises NoSuchMessage."""
    facts = {"kind": reference.kind, "id": reference.id, "post": reference.post, "channel": reference.channel}
    asked = [statements.FIND_OURS] if reference.kind != "post" else []
    asked += [statements.FIND_REPLY_POST, statements.FIND_POST] if reference.post else []
    found = (connection.execute(statement, facts).fetchone() for statement in asked)
    row = next(filter(None, found), None)
    if row is None:
        if reference.kind == "last":
            raise NoSuchMessage("nothing was answered yet: ask something, for example with `assistant ask`")
        name = reference.post or f"{reference.kind}:{reference.id}"
        raise NoSuchMessage(f"no message is known as {name!r}: name {FORMS}")
    return int(row[0])


def explain(connection: psycopg.Connection[Any], message_id: int) -> Explanation:
    """All that is stored of a message that there is."""
    row = connection.execute(statements.EXPLAIN, {"message_id": message_id}).fetchone()
    if row is None:
        raise NoSuchMessage(f"message {message_id} was deleted just now")
    asked_facts, reply_facts, trace_facts, deliveries, handoffs = row
    asked = Asked(**read_fields(asked_facts))
    reply = Replied(**read_fields(reply_facts)) if reply_facts else None
    trace = _traced(connection, asked, reply, trace_facts) if reply and trace_facts else None
    return Explanation(
        asked,
        reply,
        trace,
        tuple(Sent(**read_fields(each)) for each in deliveries),
        tuple(HandedOff(**read_fields(each)) for each in handoffs),
    )


def _traced(connection: psycopg.Connection[Any], asked: Asked, reply: Replied, facts: dict[str, Any]) -> Traced:
    stored: list[dict[str, Any]] = facts["chunks"]
    parameters: dict[str, object] = {
        "chunk_ids": [chunk_id for chunk in stored for chunk_id in _ids(chunk)],
        "uris": [chunk.get("uri", "") for chunk in stored],
        "sets": list(Scope.of(asked.knowledge_set).knowledge_sets),
    }
    row = connection.execute(statements.STILL_THERE, parameters).fetchone()
    kept, documents = (frozenset(row[0]), frozenset(row[1])) if row else (frozenset(), frozenset())
    cited = {source.get("number") for source in reply.sources}
    chunks = []
    number = 0
    for chunk in stored:
        is_shown = bool(reply.chunk_ids) and set(_ids(chunk)) <= set(reply.chunk_ids)
        number += is_shown
        state = _state(_ids(chunk), chunk.get("uri", ""), kept, documents)
        chunks.append(_used(chunk, number if is_shown else None, is_cited=is_shown and number in cited, state=state))
    return Traced(**(read_fields(facts) | {"chunks": tuple(chunks)}))


def _ids(chunk: dict[str, Any]) -> Sequence[int]:
    return chunk.get("chunk_ids") or [chunk["chunk_id"]]


def _state(ids: Sequence[int], uri: str, kept: frozenset[int], documents: frozenset[str]) -> ChunkState:
    if kept.issuperset(ids):
        return "as it was"
    return "changed since" if uri in documents else "removed since"


def _used(chunk: dict[str, Any], number: int | None, *, is_cited: bool, state: ChunkState) -> UsedChunk:
    return UsedChunk(
        chunk_id=chunk["chunk_id"],
        title=chunk.get("title", ""),
        heading=chunk.get("heading", ""),
        uri=chunk.get("uri", ""),
        text=chunk.get("text", ""),
        distance=chunk["distance"],
        relevance=chunk.get("relevance", 0.0),
        rerank_distance=chunk.get("rerank_distance"),
        number=number,
        is_cited=is_cited,
        state=state,
    )
