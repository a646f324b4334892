"""The SQL that reads knowledge sets for linting. Numbers are literals where an index wants them so: see
assistant/vector_store/search_statements.py."""

from __future__ import annotations

from psycopg.sql import SQL, Composed, Literal

from assistant.vector_store.base import EmbeddingSpace

COUNT = SQL("select count(*) from chunks where knowledge_set_id = any(%(set_ids)s::bigint[])")
IDS_AFTER = SQL("""
select id from chunks where knowledge_set_id = %(set_id)s and id > %(after)s order by id limit %(limit)s
""")

# Words as full-text search knows them; a heading or question says what a chunk is about.
CHUNKS = SQL("""
select c.id, d.uri, d.title, c.heading_path, c.anchor, c.text, c.is_pair, c.audience,
    tsvector_to_array(search_words(k.text_search, case
        when c.is_pair then split_part(c.text, E'\\n', 1)
        else coalesce(c.heading_path[cardinality(c.heading_path)], '')
    end)),
    tsvector_to_array(search_words(k.text_search, d.title || ' ' || array_to_string(c.heading_path, ' ')))
from chunks c
join documents d on d.id = c.document_id
join knowledge_sets k on k.id = c.knowledge_set_id
where c.id = any(%(ids)s::bigint[])
order by c.id
""")

DOCUMENTS = SQL("""
select k.name, d.uri,
    array(select distinct c.anchor from chunks c where c.document_id = d.id and c.anchor <> ''),
    array(select distinct h from chunks c, unnest(c.heading_path) h where c.document_id = d.id)
from documents d join knowledge_sets k on k.id = d.knowledge_set_id
where d.knowledge_set_id = any(%(set_ids)s::bigint[])
""")

SETTINGS = SQL("select set_config('hnsw.ef_search', '40', true), set_config('hnsw.iterative_scan', 'off', true)")

# Only the first vectors count: of a pair that of its question. Each finds itself, unless the index has lost it.
NEAREST = SQL("""
select w.chunk_id, n.chunk_id, n.distance, (
    select (a.embedding::vector({dimension})) <=> (b.embedding::vector({dimension}))
    from embeddings a, embeddings b
    where (a.chunk_id, a.space_id, a.ordinal) = (w.chunk_id, {space_id}, 1)
        and (b.chunk_id, b.space_id, b.ordinal) = (n.chunk_id, {other_id}, 1)
)
from embeddings w
cross join lateral (
    select e.chunk_id, e.ordinal, (e.embedding::vector({dimension})) <=> (w.embedding::vector({dimension})) as distance
    from embeddings e where e.space_id = {other_id}
    order by (e.embedding::{indexed}({dimension})) <=> (w.embedding::{indexed}({dimension}))
    limit {neighbours}
) n
where w.chunk_id = any(%(ids)s::bigint[]) and w.space_id = {space_id} and w.ordinal = 0
    and n.ordinal = 0 and n.distance <= %(max_distance)s
order by w.chunk_id, n.distance, n.chunk_id
""")


def nearest(space: EmbeddingSpace, other: EmbeddingSpace, neighbours: int) -> Composed:
    """Finds for chunks of a space those of the other, of the same model, that lie nearest."""
    return NEAREST.format(
        dimension=Literal(space.dimension),
        space_id=Literal(space.id),
        other_id=Literal(other.id),
        indexed=SQL("halfvec") if other.index_precision == "float16" else SQL("vector"),
        neighbours=Literal(neighbours),
    )
