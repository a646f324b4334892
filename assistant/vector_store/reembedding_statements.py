"""The SQL that moves knowledge sets to another embedding model."""

from __future__ import annotations

from psycopg.sql import SQL, Composed

from assistant.vector_store.set_statements import DROP_INDEX, index_name

LOCK_SET = SQL("select from knowledge_sets where id = %(set_id)s for update")
_SAME = SQL("""
    knowledge_set_id = %(set_id)s and not is_live and retired_at is null and embedding_model = %(model_name)s
    and dimension = %(dimension)s and query_prompt = %(query_prompt)s and passage_prompt = %(passage_prompt)s
    and index_precision = %(index_precision)s
""")
DROP_OTHERS = SQL("""
delete from embedding_spaces
where knowledge_set_id = %(set_id)s and not is_live and retired_at is null and not ({same})
""").format(same=_SAME)
CREATE_SPACE = SQL("""
insert into embedding_spaces (
    knowledge_set_id, embedding_model, dimension, query_prompt, passage_prompt, index_precision, is_live
)
select %(set_id)s, %(model_name)s, %(dimension)s, %(query_prompt)s, %(passage_prompt)s, %(index_precision)s, false
where not exists (select from embedding_spaces where {same})
""").format(same=_SAME)
FIND_SPACE = SQL("""
select id, embedding_model, dimension, query_prompt, passage_prompt, index_precision
from embedding_spaces where {same}
""").format(same=_SAME)

_EMBEDDED = SQL("exists (select from embeddings e where e.chunk_id = c.id and e.space_id = %(space_id)s)")
COUNT = SQL("""
select count(*), count(*) filter (where {embedded}) from chunks c where c.knowledge_set_id = %(set_id)s
""").format(embedded=_EMBEDDED)
MISSING = SQL("""
select c.id, c.text, c.heading_path, c.anchor, c.token_count, c.context, c.is_pair, c.shares_answer
from chunks c
where c.knowledge_set_id = %(set_id)s and not {embedded}
order by c.id limit %(limit)s
""").format(embedded=_EMBEDDED)
HOLD_CHUNKS = SQL("""
select c.id from chunks c where c.id = any(%(ids)s::bigint[]) and not {embedded} order by c.id for key share
""").format(embedded=_EMBEDDED)

# Whoever writes a document holds its set's live space until the document is stored.
LOCK_LIVE = SQL("""
select from embedding_spaces where knowledge_set_id = any(%(set_ids)s::bigint[]) and is_live order by id for update
""")
RETIRE = SQL("""
update embedding_spaces set is_live = false, retired_at = now()
where knowledge_set_id = any(%(set_ids)s::bigint[]) and is_live
""")
GO_LIVE = SQL("update embedding_spaces set is_live = true where id = any(%(space_ids)s::bigint[])")

RETIRED = SQL("select id from embedding_spaces where knowledge_set_id = %(set_id)s and retired_at is not null")
DELETE_SOME = SQL("""
delete from embeddings where ctid in (select ctid from embeddings where space_id = %(space_id)s limit 20000)
""")
DELETE_SPACE = SQL("delete from embedding_spaces where id = %(space_id)s")


def drop_index(space_id: int) -> Composed:
    """Drops the index of a space."""
    return DROP_INDEX.format(index_name=index_name(space_id))
