"""Builds the statement of a search."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from psycopg.adapt import PyFormat
from psycopg.sql import SQL, Composable, Composed, Literal, Placeholder

from assistant.vector_store import fusion
from assistant.vector_store import search_statements as statements
from assistant.vector_store.base import IndexPrecision, Ways

_INDEXED: dict[IndexPrecision, SQL] = {"float32": SQL("vector"), "float16": SQL("halfvec")}


@dataclass(frozen=True, slots=True)
class SearchedSpace:
    """The live vectors of a knowledge set."""

    set_id: int
    space_id: int
    precision: IndexPrecision


@dataclass(frozen=True, slots=True)
class Plan:
    """What one statement is made for. `looked_at`: the nearest vectors of each space that take part in a search."""

    spaces: tuple[SearchedSpace, ...]
    dimension: int
    top_ks: tuple[int, ...]
    looked_at: int
    ways: Ways
    has_tags: bool


def shown(top_k: int) -> int:
    """Chunks to read for so many passages: some will be joined, or dropped as near-duplicates."""
    return 1 if top_k == 1 else top_k + max(3, top_k // 2)


@lru_cache(maxsize=256)
def search_statement(plan: Plan) -> Composed:
    """Wants `tags`, and `content_1`, `embedding_1` … as values, and SETTINGS before it in its transaction."""
    rows = [
        statements.ROW.format(
            ordinal=Literal(number),
            shown=Literal(shown(top_k)),
            content=Placeholder(f"content_{number}"),
            embedding=Placeholder(f"embedding_{number}", PyFormat.BINARY),
            dimension=Literal(plan.dimension),
        )
        for number, top_k in enumerate(plan.top_ks, start=1)
    ]
    ids = [space.space_id for space in plan.spaces]
    return statements.SEARCH_MANY.format(
        wanted=SQL(", ").join(rows), ranked=_ranked(plan), space_ids=_array(ids), space_count=Literal(len(ids))
    )


def _ranked(plan: Plan) -> Composable:
    if plan.ways == "dense":
        return statements.DENSE.format(nearest=_nearest(plan))
    distance = statements.DISTANCE.format(
        dimension=Literal(plan.dimension), space_ids=_array([space.space_id for space in plan.spaces])
    )
    if plan.ways == "full-text":
        matches = _matches(plan, SQL("'{}'::bigint[]"), max(map(shown, plan.top_ks)), fusion.FULL_TEXT_BOUND)
        return statements.FULL_TEXT.format(distance=distance, matches=matches)
    return statements.FUSED.format(
        nearest=_nearest(plan),
        distance=distance,
        matches=_matches(plan, SQL("near.ids"), fusion.LEXICAL_CANDIDATES, fusion.LEXICAL_BOUND),
        of_pairs=Literal(fusion.PAIR_WEIGHT),
        of_passages=Literal(fusion.PASSAGE_WEIGHT),
    )


def _nearest(plan: Plan) -> Composed:
    spaces = [
        statements.NEAREST_IN_SPACE.format(
            dimension=Literal(plan.dimension),
            indexed=_INDEXED[space.precision],
            tagged=statements.TAGGED if plan.has_tags else SQL(""),
            space_id=Literal(space.space_id),
            looked_at=Literal(plan.looked_at),
        )
        for space in plan.spaces
    ]
    return statements.NEAREST.format(spaces=SQL(" union all ").join(spaces))


def _matches(plan: Plan, known: SQL, most: int, bound: int) -> Composed:
    set_ids = _array([space.set_id for space in plan.spaces])
    return statements.MATCHES.format(set_ids=set_ids, known=known, most=Literal(most), bound=Literal(bound))


def _array(ids: list[int]) -> Composed:
    return SQL("array[{}]::bigint[]").format(SQL(", ").join(map(Literal, ids)))
