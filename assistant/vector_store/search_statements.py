"""The SQL that finds passages. Ids of sets and spaces, dimensions and limits are integers, written out as literals: a
partial expression index serves only a query that names the same ones, and a plan made without the limit's value may
leave the index aside. So the statements may be prepared. Everything else is bound."""

from __future__ import annotations

from psycopg.sql import SQL

FIND_SETS = SQL("""
select k.name, k.id, s.id, s.embedding_model, s.dimension, s.index_precision
from knowledge_sets k join embedding_spaces s on s.knowledge_set_id = k.id and s.is_live
where k.name = any(%(names)s::text[])
order by s.id
""")

# For the transaction of a search. Within its statement they would come too late where the planner reads a table before.
# - llamadesk.audiences is what row-level security goes by.
# - strict_order goes on looking when the nearest entries of the index are rows that were deleted meanwhile, or that
#   nobody who asks may see: without it a search soon after a replacement finds too few.
SETTINGS = SQL("""
select set_config('llamadesk.audiences', %(audiences)s::text[]::text, true),
    set_config('hnsw.ef_search', %(ef_search)s, true), set_config('hnsw.iterative_scan', 'strict_order', true)
""")

# Several searches in one statement. {wanted} is one ROW for each: an array of vectors would go as text, which costs
# more than the rest.
SEARCH_MANY = SQL("""
with wanted as materialized (
    select ordinal, shown, content, embedding from (values {wanted}) as w (ordinal, shown, content, embedding)
    where {space_count} = (select count(*) from embedding_spaces where id = any({space_ids}) and is_live)
)
select w.ordinal, c.id, c.document_id, d.uri, d.title, c.heading_path, c.anchor, c.text, c.position, c.token_count,
    c.is_pair, r.distance, r.relevance
from wanted w
cross join lateral ({ranked}) r
join chunks c on c.id = r.chunk_id
join documents d on d.id = c.document_id
order by w.ordinal, r.relevance desc, c.id
""")
ROW = SQL("({ordinal}, {shown}, {content}::text, {embedding}::vector({dimension}))")

# A chunk with several vectors counts once, by the nearest. The "order by" repeats the index's expression; the distance
# itself is that of the whole vectors.
NEAREST = SQL("""
    select chunk_id, is_pair, min(distance) as distance from ({spaces}) n group by chunk_id, is_pair
""")
NEAREST_IN_SPACE = SQL("""(
    select e.chunk_id, c.is_pair, (e.embedding::vector({dimension})) <=> w.embedding as distance
    from embeddings e join chunks c on c.id = e.chunk_id {tagged}
    where e.space_id = {space_id}
    order by (e.embedding::{indexed}({dimension})) <=> w.embedding::{indexed}({dimension})
    limit {looked_at}
)""")
TAGGED = SQL("join documents d on d.id = c.document_id and d.tags @> %(tags)s::jsonb")

DENSE = SQL("""
    select chunk_id, distance, 1 - distance as relevance from ({nearest}) n order by distance, chunk_id limit w.shown
""")

# What full text found gets its exact distance, too. How the two make one value: see fusion.py.
FUSED = SQL("""
    select f.chunk_id, f.distance, 1 - f.distance * (
        1 - coalesce(f.lexical / max(f.lexical) over (), 0) * case when f.is_pair then {of_pairs} else {of_passages} end
    ) as relevance
    from (
        select array_agg(chunk_id) as ids, array_agg(is_pair) as pairs, array_agg(distance) as distances
        from ({nearest}) n
    ) near
    cross join lateral (
        select chunk_id, coalesce(n.is_pair, m.is_pair) as is_pair, m.lexical,
            coalesce(n.distance, ({distance})) as distance
        from unnest(near.ids, near.pairs, near.distances) n (chunk_id, is_pair, distance)
        full join {matches} m using (chunk_id)
    ) f
    order by relevance desc, f.chunk_id limit w.shown
""")
FULL_TEXT = SQL("""
    select m.chunk_id, ({distance}) as distance, m.lexical as relevance from {matches} m
    order by relevance desc, m.chunk_id limit w.shown
""")
MATCHES = SQL("lexical_matches({set_ids}, w.content, {known}, %(tags)s::jsonb, {most}, {bound})")
DISTANCE = SQL("""
    select min((e.embedding::vector({dimension})) <=> w.embedding) from embeddings e
    where e.chunk_id = m.chunk_id and e.space_id = any({space_ids})
""")
