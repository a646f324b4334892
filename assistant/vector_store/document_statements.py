"""The SQL that writes documents and their chunks."""

from __future__ import annotations

from psycopg.sql import SQL

# What goes live meanwhile waits, and what went live before is seen.
HOLD_SPACE = SQL("select from embedding_spaces where id = %(space_id)s and is_live for share")

# Locks the document's row: a second replacement of the same document waits for the first.
UPSERT_DOCUMENT = SQL("""
insert into documents (
    knowledge_set_id, uri, title, content_hash, tags, audience, source_uri, source_hash, recipe, synced_from
)
values (
    %(set_id)s, %(uri)s, %(title)s, %(content_hash)s, %(tags)s, %(audience)s, %(source_uri)s, %(source_hash)s,
    %(recipe)s, %(synced_from)s
)
on conflict (knowledge_set_id, uri) do update
set title = excluded.title, content_hash = excluded.content_hash, tags = excluded.tags, audience = excluded.audience,
    source_uri = excluded.source_uri, source_hash = excluded.source_hash, recipe = excluded.recipe,
    synced_from = coalesce(nullif(excluded.synced_from, ''), documents.synced_from), updated_at = now()
returning id
""")

CHUNKS = SQL("""
select c.id, c.key, exists (select from embeddings e where e.chunk_id = c.id and e.space_id = %(space_id)s)
from chunks c where c.document_id = %(document_id)s
""")
KNOWN_CHUNKS = SQL("""
select d.uri, c.key from documents d join chunks c on c.document_id = d.id
where d.knowledge_set_id = %(set_id)s and d.uri = any(%(uris)s)
  and exists (select from embeddings e where e.chunk_id = c.id and e.space_id = %(space_id)s)
""")
# In the order of their ids, as whoever answers from them locks them so.
DELETE_CHUNKS = SQL("""
delete from chunks where id in (select id from chunks where id = any(%(gone)s::bigint[]) order by id for update)
""")
MOVE_CHUNKS = SQL("""
update chunks c set position = moved.position, token_count = moved.token_count, audience = %(audience)s::text[]
from unnest(%(ids)s::bigint[], %(positions)s::int[], %(token_counts)s::int[]) moved (id, position, token_count)
where c.id = moved.id
  and (c.position, c.token_count, c.audience) is distinct from (moved.position, moved.token_count, %(audience)s::text[])
""")
NEW_IDS = SQL("select nextval(pg_get_serial_sequence('chunks', 'id')) from generate_series(1, %(count)s)")
COPY_CHUNKS = SQL("""
copy chunks (
    id, knowledge_set_id, document_id, position, heading_path, anchor, text, token_count, key, context, is_pair,
    shares_answer, audience
) from stdin (format binary)
""")
CHUNK_TYPES = (
    "int8", "int8", "int8", "int4", "text[]", "text", "text", "int4", "bytea", "text", "bool", "bool",
    "text[]",
)  # fmt: skip
COPY_EMBEDDINGS = SQL("copy embeddings (chunk_id, space_id, ordinal, embedding) from stdin (format binary)")
EMBEDDING_TYPES = ("int8", "int8", "int2", "vector")

FIND_DOCUMENTS = SQL("""
select d.id, d.uri from documents d join knowledge_sets s on s.id = d.knowledge_set_id
where s.name = %(name)s and d.uri = any(%(uris)s)
order by d.id for update of d
""")
CHUNK_IDS = SQL("select id from chunks where document_id = any(%(document_ids)s::bigint[])")
DELETE_DOCUMENTS = SQL("delete from documents where id = any(%(document_ids)s::bigint[])")

LIST_DOCUMENTS = SQL("""
select d.uri, d.title, d.content_hash, d.tags, d.audience, d.source_uri, d.source_hash, d.recipe, d.synced_from,
    d.updated_at, (select count(*) from chunks c where c.document_id = d.id)
from documents d join knowledge_sets s on s.id = d.knowledge_set_id
where s.name = %(name)s
order by d.uri
""")
