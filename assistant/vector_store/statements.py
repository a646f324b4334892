"""The SQL of the vector store. {set_id} and {dimension} are integers, written out as literals: a partial expression
index serves only a query that names the same literals. Everything else is bound."""

from __future__ import annotations

from psycopg.sql import SQL

FIND_SET = SQL("select id, embedding_model, dimension from knowledge_sets where name = %(name)s")

# A second process waits here for the first one's transaction, then does nothing.
CREATE_SET = SQL("""
insert into knowledge_sets (name, embedding_model, dimension)
values (%(name)s, %(model_name)s, %(dimension)s)
on conflict (name) do nothing
returning id
""")

# For the transaction that makes a set: its index comes after its first chunks, because building is many times faster
# than inserting. Readers go on; writers wait, so that two makers can't block each other.
LOCK_CHUNKS = SQL("lock table chunks in share row exclusive mode")

# m and ef_construction are pgvector's defaults, written down because the recall was measured with them.
CREATE_INDEX = SQL("""
create index {index_name} on chunks
using hnsw ((embedding::vector({dimension})) vector_cosine_ops) with (m = 16, ef_construction = 64)
where knowledge_set_id = {set_id}
""")

# Locks the document's row: a second replacement of the same document waits for the first.
UPSERT_DOCUMENT = SQL("""
insert into documents (knowledge_set_id, uri, title, content_hash, tags)
values (%(set_id)s, %(uri)s, %(title)s, %(content_hash)s, %(tags)s)
on conflict (knowledge_set_id, uri) do update
set title = excluded.title, content_hash = excluded.content_hash, tags = excluded.tags, updated_at = now()
returning id
""")

DELETE_CHUNKS = SQL("delete from chunks where document_id = %(document_id)s")

COPY_CHUNKS = SQL("""
copy chunks (knowledge_set_id, document_id, position, heading_path, anchor, text, token_count, embedding)
from stdin (format binary)
""")
COPY_TYPES = ("int8", "int8", "int4", "text[]", "text", "text", "int4", "vector")

DELETE_DOCUMENT = SQL("""
delete from documents d using knowledge_sets s
where s.id = d.knowledge_set_id and s.name = %(name)s and d.uri = %(uri)s
returning d.id
""")

LIST_DOCUMENTS = SQL("""
select d.uri, d.title, d.content_hash, d.tags, count(c.id), d.updated_at
from documents d
join knowledge_sets s on s.id = d.knowledge_set_id
left join chunks c on c.document_id = d.id
where s.name = %(name)s
group by d.id
order by d.uri
""")

# Several searches in one statement, their settings included: one round trip, and no transaction around it.
# - {wanted} is one SEARCH_ROW for each search: an array of vectors would go as text, which costs more than the rest.
# - set_config is local to the statement's own transaction, and evaluated with each row of `wanted`, before its search.
# - strict_order goes on looking when the nearest entries of the index are rows that were deleted meanwhile: without it
#   a search soon after a replacement finds too few.
# - {most} and {top_k} are literals: a plan made without the limit's value may leave the index aside. So it may be
#   prepared.
SEARCH_ROW = SQL("({ordinal}, {top_k}, {embedding}::vector({dimension}))")
SEARCH_MANY = SQL("""
with wanted as materialized (
    select ordinal, top_k, embedding,
           set_config('hnsw.ef_search', %(ef_search)s, true), set_config('hnsw.iterative_scan', 'strict_order', true)
    from (values {wanted}) as w (ordinal, top_k, embedding)
)
select w.ordinal, c.id, d.uri, d.title, c.heading_path, c.anchor, c.text, c.distance
from wanted w
cross join lateral (
    select id, document_id, heading_path, anchor, text, distance, row_number() over (order by distance, id) as place
    from (
        select id, document_id, heading_path, anchor, text,
               (embedding::vector({dimension})) <=> w.embedding as distance
        from chunks
        where knowledge_set_id = {set_id}
        order by (embedding::vector({dimension})) <=> w.embedding, id
        limit {most}
    ) nearest
) c
join documents d on d.id = c.document_id
where c.place <= w.top_k
order by w.ordinal, c.distance, c.id
""")
