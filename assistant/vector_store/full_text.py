"""What full-text search knows of a knowledge set's words: how many chunks hold each."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.sql import SQL, Literal

CHANGED_SHARE = 0.1
"""Of the chunks that came or went since the last count, above which it is renewed: as Postgres renews a planner's
statistics (autovacuum_analyze_scale_factor)."""

# Chunks that came have higher ids than all that were there. Of those that were there some may have gone.
IS_STALE = SQL("""
select s.knowledge_set_id is null or s.text_search <> k.text_search
    or n.added + greatest(0, s.chunk_count - n.kept) > %(share)s * s.chunk_count
from knowledge_sets k
left join search_statistics s on s.knowledge_set_id = k.id
cross join lateral (
    select count(*) filter (where c.id > s.last_chunk_id) as added,
        count(*) filter (where c.id <= s.last_chunk_id) as kept
    from chunks c where c.knowledge_set_id = k.id
) n
where k.id = %(set_id)s
""")
LOCK = SQL("select pg_advisory_xact_lock(hashtext('llamadesk search statistics'), %(lock)s)")
FORGET_TERMS = SQL("delete from search_terms where knowledge_set_id = %(set_id)s")
CHUNKS = SQL("select search_vector from chunks where knowledge_set_id = {set_id}")
# {chunks} is CHUNKS as a text, which is what ts_stat takes.
COUNT_TERMS = SQL("""
insert into search_terms (knowledge_set_id, term, chunk_count)
select %(set_id)s, word, ndoc from ts_stat({chunks}) where word <> set_word(%(set_id)s)
""")
COUNT_CHUNKS = SQL("""
insert into search_statistics (knowledge_set_id, text_search, chunk_count, mean_tokens, last_chunk_id)
select k.id, k.text_search, count(c.id), coalesce(avg(c.token_count), 0), coalesce(max(c.id), 0)
from knowledge_sets k left join chunks c on c.knowledge_set_id = k.id
where k.id = %(set_id)s
group by k.id
on conflict (knowledge_set_id) do update
set text_search = excluded.text_search, chunk_count = excluded.chunk_count, mean_tokens = excluded.mean_tokens,
    last_chunk_id = excluded.last_chunk_id
""")


def renew_statistics(connection: psycopg.Connection[Any], set_id: int) -> bool:
    """Count the set's words again where much of it has changed; tells whether that was so. Searches go on meanwhile."""
    values = {"set_id": set_id, "share": CHANGED_SHARE, "lock": set_id % 2**31}
    with connection.transaction():
        connection.execute(LOCK, values)
        if connection.execute(IS_STALE, values).fetchone() != (True,):
            return False
        chunks = CHUNKS.format(set_id=Literal(set_id)).as_string(connection)
        connection.execute(FORGET_TERMS, values)
        connection.execute(COUNT_TERMS.format(chunks=Literal(chunks)), values)
        connection.execute(COUNT_CHUNKS, values)
    return True
