"""Opens knowledge sets, and checks that the embedding model is theirs."""

from __future__ import annotations

from typing import Any

import psycopg

from assistant.database import storable
from assistant.embedding.base import EmbeddingModel
from assistant.errors import ConfigurationError
from assistant.vector_store import set_statements as statements
from assistant.vector_store.base import EmbeddingSpace, KnowledgeSet, SetOptions
from assistant.vector_store.scope import SET_SEPARATOR

MAX_DIMENSION = {"float32": 2000, "float16": 4000}
"""Longest vectors that pgvector's HNSW index takes (https://github.com/pgvector/pgvector#hnsw, read 2025-11)."""


def find_set(connection: psycopg.Connection[Any], name: str) -> KnowledgeSet | None:
    """The knowledge set of that name with its live space."""
    row = connection.execute(statements.FIND, {"name": name}).fetchone()
    if row is None:
        return None
    set_id, chunk_tokens, chunk_overlap, text_search, *space = row
    return KnowledgeSet(set_id, name, EmbeddingSpace(*space), chunk_tokens, chunk_overlap, text_search)


def open_set(
    connection: psycopg.Connection[Any], name: str, model: EmbeddingModel, options: SetOptions
) -> KnowledgeSet:
    """The knowledge set, made if need be. Raises ConfigurationError, with nothing changed; needs a transaction."""
    check_name(name)
    _check_text_search(connection, options.text_search)
    found = find_set(connection, name)
    if found is None:
        check_dimension(model, options.index_precision or "float32")
        values = _values(options) | {"name": name, "model_name": model.name, "dimension": model.dimension}
        values |= {"query_prompt": model.query_prompt, "passage_prompt": model.passage_prompt}
        connection.execute(statements.CREATE, values)
        found = _found(connection, name)
    check_model(found, model)
    if _wants_change(found, model, options):
        check_dimension(model, options.index_precision or found.space.index_precision)
        values = _values(options) | {"set_id": found.id, "space_id": found.space.id}
        values |= {"query_prompt": model.query_prompt, "passage_prompt": model.passage_prompt}
        connection.execute(statements.CHANGE, values)
        if options.index_precision not in (None, found.space.index_precision):
            connection.execute(statements.DROP_INDEX.format(index_name=statements.index_name(found.space.id)))
        found = _found(connection, name)
    return found


def check_model(knowledge_set: KnowledgeSet, model: EmbeddingModel) -> None:
    """Raises ConfigurationError unless the set's vectors are by this model."""
    space = knowledge_set.space
    if (model.name, model.dimension) != (space.model_name, space.dimension):
        raise ConfigurationError(
            f"knowledge set {knowledge_set.name!r} was made with embedding model {space.model_name}"
            f" ({space.dimension} dimensions), but EMBEDDING_MODEL is {model.name} ({model.dimension} dimensions):"
            f" set EMBEDDING_MODEL={space.model_name}, choose another knowledge set, or run `ingest reembed`"
        )
    recorded = (space.query_prompt, space.passage_prompt)
    if None not in recorded and recorded != (model.query_prompt, model.passage_prompt):
        raise ConfigurationError(
            f"knowledge set {knowledge_set.name!r} was embedded with other prompts than {model.name} has now:"
            " put the model's earlier files back, or run `ingest reembed`"
        )


def check_dimension(model: EmbeddingModel, precision: str) -> None:
    """Raises ConfigurationError when no index can be made for vectors this long."""
    most = MAX_DIMENSION[precision]
    if not 1 <= model.dimension <= most:
        advice = "ASSISTANT_INDEX_PRECISION=float16 takes 4000" if most == 2000 else "choose a smaller model"
        raise ConfigurationError(
            f"EMBEDDING_MODEL={model.name} gives {model.dimension} dimensions, but pgvector indexes at most {most}"
            f" in {precision}: {advice}"
        )


def check_name(name: str) -> None:
    """Raises ConfigurationError for what can be no name of a set."""
    if not name.strip() or name != name.strip() or SET_SEPARATOR in name or storable(name) != name:
        raise ConfigurationError(
            f"{name!r} is no name for a knowledge set: give one without commas, and without blanks around it"
        )


def _check_text_search(connection: psycopg.Connection[Any], name: str | None) -> None:
    if name is not None and connection.execute(statements.KNOWS_TEXT_SEARCH, {"name": name}).fetchone() is None:
        raise ConfigurationError(
            f"PostgreSQL has no text search configuration {name!r}: give one that `\\dF` in psql lists, or 'simple'"
        )


def _found(connection: psycopg.Connection[Any], name: str) -> KnowledgeSet:
    found = find_set(connection, name)
    if found is None:
        raise psycopg.OperationalError(f"knowledge set {name!r} was removed while it was opened")
    return found


def _values(options: SetOptions) -> dict[str, object]:
    return {
        "chunk_tokens": options.chunk_tokens,
        "chunk_overlap": options.chunk_overlap,
        "text_search": options.text_search,
        "index_precision": options.index_precision,
    }


def _wants_change(found: KnowledgeSet, model: EmbeddingModel, options: SetOptions) -> bool:
    """Whether an option differs from what the set has, or the model's prompts are still to be recorded."""
    wished = (options.chunk_tokens, options.chunk_overlap, options.text_search, options.index_precision)
    has = (found.chunk_tokens, found.chunk_overlap, found.text_search, found.space.index_precision)
    is_new = found.space.query_prompt is None or found.space.passage_prompt is None
    return is_new or any(wish not in (None, value) for wish, value in zip(wished, has, strict=True))
