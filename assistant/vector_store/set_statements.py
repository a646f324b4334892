"""The SQL of knowledge sets, their embedding spaces and indexes."""

from __future__ import annotations

from psycopg.sql import SQL, Identifier

FIND = SQL("""
select k.id, k.chunk_tokens, k.chunk_overlap, k.text_search,
    s.id, s.embedding_model, s.dimension, s.query_prompt, s.passage_prompt, s.index_precision
from knowledge_sets k join embedding_spaces s on s.knowledge_set_id = k.id and s.is_live
where k.name = %(name)s
""")

# A second process waits here for the first one's transaction, then does nothing.
CREATE = SQL("""
with made as (
    insert into knowledge_sets (name, chunk_tokens, chunk_overlap, text_search)
    values (%(name)s, %(chunk_tokens)s, %(chunk_overlap)s, coalesce(%(text_search)s, 'english'))
    on conflict (name) do nothing
    returning id
)
insert into embedding_spaces (
    knowledge_set_id, embedding_model, dimension, query_prompt, passage_prompt, index_precision
)
select id, %(model_name)s, %(dimension)s, %(query_prompt)s, %(passage_prompt)s,
    coalesce(%(index_precision)s, 'float32')
from made
""")
CHANGE = SQL("""
with changed as (
    update knowledge_sets set chunk_tokens = coalesce(%(chunk_tokens)s, chunk_tokens),
        chunk_overlap = coalesce(%(chunk_overlap)s, chunk_overlap),
        text_search = coalesce(%(text_search)s, text_search)
    where id = %(set_id)s
)
update embedding_spaces set index_precision = coalesce(%(index_precision)s, index_precision),
    query_prompt = coalesce(query_prompt, %(query_prompt)s),
    passage_prompt = coalesce(passage_prompt, %(passage_prompt)s)
where id = %(space_id)s
""")
KNOWS_TEXT_SEARCH = SQL("select 1 from pg_ts_config where cfgname = %(name)s and pg_ts_config_is_visible(oid)")

# Whoever finishes first makes the index, the others wait and find it.
LOCK_INDEX = SQL("select pg_advisory_xact_lock(hashtext('llamadesk index'), %(space_id)s)")
WANTS_INDEX = SQL("""
select to_regclass(%(index_name)s) is null
    and %(least)s <= (select count(*) from (select from embeddings where space_id = %(space_id)s limit %(least)s) few)
""")
# m and ef_construction are pgvector's defaults, written down because the recall was measured with them. {space_id} and
# {dimension} are literals: a partial expression index serves only a query that names the same ones.
CREATE_INDEX = {
    "float32": SQL("""
create index {index_name} on embeddings
using hnsw ((embedding::vector({dimension})) vector_cosine_ops) with (m = 16, ef_construction = 64)
where space_id = {space_id}
"""),
    "float16": SQL("""
create index {index_name} on embeddings
using hnsw ((embedding::halfvec({dimension})) halfvec_cosine_ops) with (m = 16, ef_construction = 64)
where space_id = {space_id}
"""),
}
DROP_INDEX = SQL("drop index if exists {index_name}")
ANALYZE = SQL("analyze documents, chunks, embeddings")


def index_name(space_id: int) -> Identifier:
    """What the index of a space is called."""
    return Identifier(f"embeddings_space_{space_id}")
