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

# strict_order goes on looking when the nearest entries of the index are rows that were deleted meanwhile: without it
# a search soon after a replacement finds too few.
SEARCH_SETTINGS = SQL("""
select set_config('hnsw.ef_search', %(ef_search)s, true), set_config('hnsw.iterative_scan', 'strict_order', true)
""")

SEARCH = SQL("""
select c.id, d.uri, d.title, c.heading_path, c.anchor, c.text, c.distance
from (
    select id, document_id, heading_path, anchor, text,
           (embedding::vector({dimension})) <=> %(embedding)s::vector({dimension}) as distance
    from chunks
    where knowledge_set_id = {set_id}
    order by (embedding::vector({dimension})) <=> %(embedding)s::vector({dimension}), id
    limit %(top_k)s
) c
join documents d on d.id = c.document_id
order by c.distance, c.id
""")
