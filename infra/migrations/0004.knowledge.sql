-- Embedding spaces, full text, who may see what, and what was said from documents that changed since.

-- Knowledge sets and their vectors ------------------------------------------------------------------------------------

-- How documents of a set are split, once that was chosen for it; and the language of its full-text search.
alter table knowledge_sets
    add column chunk_tokens integer,
    add column chunk_overlap integer,
    add column text_search text not null default 'english';

-- The vectors of one knowledge set by one embedding model. A set has one live space; another one may be filling up
-- beside it, to take its place (`ingest reembed`); one whose place was taken is retired, and removed soon. Prompts are null where they were not recorded yet.
create table embedding_spaces (
    id bigint generated always as identity primary key,
    knowledge_set_id bigint not null references knowledge_sets on delete cascade,
    embedding_model text not null,
    dimension integer not null check (dimension between 1 and 4000),
    query_prompt text,
    passage_prompt text,
    index_precision text not null default 'float32' check (index_precision in ('float32', 'float16')),
    is_live boolean not null default true,
    retired_at timestamptz,
    created_at timestamptz not null default now()
);
create unique index embedding_spaces_live on embedding_spaces (knowledge_set_id) where is_live;
create unique index embedding_spaces_next on embedding_spaces (knowledge_set_id)
    where not is_live and retired_at is null;

-- source_uri: what the document was read from, itself or the archive that holds it; source_hash: hex SHA-256 of that.
-- recipe: how it was read and split; another one means that it is to be done again. synced_from: the folder or sitemap
-- whose sync it belongs to.
alter table documents
    add column audience text[] not null default '{everyone}',
    add column source_uri text not null default '',
    add column source_hash text not null default '',
    add column recipe text not null default '',
    add column synced_from text not null default '';
update documents set source_uri = uri, source_hash = content_hash;

-- key: what makes a chunk the same one when its document is taken in again. context: what is embedded before the text.
alter table chunks
    add column key bytea,
    add column context text not null default '',
    add column is_pair boolean not null default false,
    add column shares_answer boolean not null default false,
    add column audience text[] not null default '{everyone}';
update chunks set key = decode(md5(id::text), 'hex');
alter table chunks alter column key set not null;
create unique index chunks_key on chunks (document_id, key);
drop index chunks_document_id;
create index chunks_knowledge_set on chunks (knowledge_set_id);

-- A chunk has one vector a text that is embedded for it: of a question-answer pair two, unless others share its answer.
create table embeddings (
    chunk_id bigint not null references chunks on delete cascade,
    space_id bigint not null references embedding_spaces on delete cascade,
    ordinal smallint not null,
    embedding vector not null,
    primary key (chunk_id, space_id, ordinal)
);
create index embeddings_space on embeddings (space_id);

insert into embedding_spaces (knowledge_set_id, embedding_model, dimension)
select id, embedding_model, dimension from knowledge_sets;
insert into embeddings (chunk_id, space_id, ordinal, embedding)
select c.id, s.id, 0, c.embedding from chunks c join embedding_spaces s on s.knowledge_set_id = c.knowledge_set_id;
alter table chunks drop column embedding;
do $$
declare
    space record;
    few bigint;
begin
    for space in select id, dimension from embedding_spaces loop
        select count(*) into few from (select from embeddings where space_id = space.id limit 1000) e;
        if few = 1000 then
            execute format(
                'create index embeddings_space_%1$s on embeddings'
                ' using hnsw ((embedding::vector(%2$s)) vector_cosine_ops) with (m = 16, ef_construction = 64)'
                ' where space_id = %1$s', space.id, space.dimension
            );
        end if;
    end loop;
end $$;
alter table knowledge_sets drop column embedding_model, drop column dimension;

-- Who may see what ----------------------------------------------------------------------------------------------------

-- The one place that decides. Whoever searches sets llamadesk.audiences; where it is not set, nothing is seen.
create function may_see(audience text[]) returns boolean language sql stable parallel safe return
    coalesce(audience && nullif(current_setting('llamadesk.audiences', true), '')::text[], false);

-- Searches run as this role, to which row-level security applies; the owner of the tables is above it.
do $$
begin
    if not exists (select from pg_roles where rolname = 'llamadesk_reader') then
        create role llamadesk_reader nologin;
    end if;
exception
    when duplicate_object or unique_violation then null;  -- another database of this server made it just now
    when insufficient_privilege then
        raise exception 'the role llamadesk_reader is missing: as an administrator run CREATE ROLE llamadesk_reader NOLOGIN, then GRANT llamadesk_reader TO %', current_user;
end $$;
do $$
begin
    execute format('grant llamadesk_reader to %I', current_user);
exception when insufficient_privilege then
    if not pg_has_role(current_user, 'llamadesk_reader', 'member') then
        raise exception 'as an administrator run GRANT llamadesk_reader TO %', current_user;
    end if;
end $$;
grant usage on schema public to llamadesk_reader;
grant select on knowledge_sets, embedding_spaces, documents, chunks, embeddings to llamadesk_reader;
alter table documents enable row level security;
alter table chunks enable row level security;
create policy seen_by_audience on documents for select to llamadesk_reader using (may_see(audience));
create policy seen_by_audience on chunks for select to llamadesk_reader using (may_see(audience));

-- Full text -----------------------------------------------------------------------------------------------------------

-- The words of a text, as chunks hold them and questions look for them. Chinese, Japanese and Korean, written without
-- blanks, become overlapping pairs of characters, as in Lucene's CJKAnalyzer
-- (https://lucene.apache.org/core/9_11_0/analysis/common/org/apache/lucene/analysis/cjk/CJKAnalyzer.html, read 2025-11).
-- A tsvector holds at most 1 MB: of longer texts the beginning counts.
create function search_words(config text, content text) returns tsvector
language plpgsql stable strict parallel safe set search_path = pg_catalog as $$
declare
    cjk constant text := '[\u1100-\u11ff\u3040-\u30fa\u30fc-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+';
    punctuation constant text := '[\u3000-\u303f\uff01-\uff0f\uff1a-\uff20]';
    beginning constant text := left(content, 100000);
begin
    if octet_length(beginning) = length(beginning) or beginning !~ cjk then
        return to_tsvector(config::regconfig, beginning);
    end if;
    return to_tsvector(config::regconfig, regexp_replace(beginning, cjk || '|' || punctuation, ' ', 'g')) || coalesce((
        select to_tsvector('simple', string_agg(substr(run[1], place, 2), ' '))
        from regexp_matches(beginning, cjk, 'g') run, generate_series(1, greatest(1, length(run[1]) - 1)) place
    ), '');
end $$;

-- What every chunk of a set holds beside its words: one index serves all sets. No word begins with a blank.
create function set_word(knowledge_set_id bigint) returns text language sql immutable parallel safe
return ' ' || knowledge_set_id;

alter table chunks add column search_vector tsvector;
create function fill_search_vector() returns trigger language plpgsql as $$
begin
    new.search_vector := array_to_tsvector(array[set_word(new.knowledge_set_id)]) || search_words(
        (select text_search from knowledge_sets where id = new.knowledge_set_id), new.context || E'\n' || new.text
    );
    return new;
end $$;
create trigger fill_search_vector before insert or update of text, context, knowledge_set_id on chunks
    for each row execute function fill_search_vector();
update chunks set text = text;
alter table chunks alter column search_vector set not null;
create index chunks_search_vector on chunks using gin (search_vector) with (fastupdate = off);

create function refill_search_vectors() returns trigger language plpgsql as $$
begin
    update chunks set text = text where knowledge_set_id = new.id;
    return null;
end $$;
create trigger refill_search_vectors after update of text_search on knowledge_sets
    for each row when (old.text_search is distinct from new.text_search) execute function refill_search_vectors();

-- How rare each word is in a set: like a planner's statistics, renewed when much of the set has changed (by
-- assistant/vector_store/full_text.py). last_chunk_id: the newest chunk that they know of.
create table search_statistics (
    knowledge_set_id bigint primary key references knowledge_sets on delete cascade,
    text_search text not null,
    chunk_count integer not null,
    mean_tokens double precision not null,
    last_chunk_id bigint not null
);
create table search_terms (
    knowledge_set_id bigint not null references knowledge_sets on delete cascade,
    term text not null,
    chunk_count integer not null,
    primary key (knowledge_set_id, term)
);

-- How well chunks match the words of `content`: BM25 (Robertson, Zaragoza: The Probabilistic Relevance Framework, 2009)
-- with k1 = 1.2 and b = 0.75, above 0. It values the `known` chunks, and those that hold the rarest words, of which it
-- gives the best `most`. It looks at about `bound` of these at most, and at the 12 rarest words of the question: what
-- is common says little. Planning anew each time would cost as much as the search.
-- It runs as the owner, whom row-level security lets pass (and who may use the index: a policy keeps a reader's search
-- from it), so it checks for itself who may see what. What it gives is ids and numbers.
create function lexical_matches(
    sets bigint[], content text, known bigint[], wanted_tags jsonb, most integer, bound integer
) returns table (chunk_id bigint, is_pair boolean, lexical double precision)
language plpgsql stable security definer
set search_path = public, pg_temp set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
    total double precision;
    mean double precision;
    queries tsquery[];
    weights double precision[];
    looked_for tsquery;
begin
    select coalesce(sum(s.chunk_count), 0),
        greatest(1, coalesce(sum(s.chunk_count * s.mean_tokens) / nullif(sum(s.chunk_count), 0), 1))
    into total, mean from search_statistics s where s.knowledge_set_id = any(sets);

    with words as (
        select distinct w.lexeme
        from (select distinct text_search from knowledge_sets where id = any(sets)) k,
            unnest(search_words(k.text_search, content)) w
    ), counted as (
        select w.lexeme, greatest(1, coalesce(sum(t.chunk_count), 1))::double precision as chunks
        from words w left join search_terms t on t.term = w.lexeme and t.knowledge_set_id = any(sets)
        group by w.lexeme
        order by chunks, w.lexeme limit 12
    ), ranked as (
        select '''' || replace(replace(lexeme, E'\\', E'\\\\'), '''', '''''') || '''' as quoted, chunks,
            ln(1 + (greatest(total, chunks) - chunks + 0.5) / (chunks + 0.5)) as idf,
            row_number() over w as place,
            sum(chunks) over w as any_of,
            coalesce(
                sum(ln(chunks / greatest(total, chunks)))
                    over (order by chunks, lexeme rows between unbounded preceding and 1 preceding), 0
            ) as share_before
        from counted window w as (order by chunks, lexeme)
    )
    select array_agg(quoted::tsquery), array_agg(idf),
        (case when min(chunks) <= bound
            then string_agg(quoted, ' | ') filter (where place = 1 or any_of <= bound)
            else string_agg(quoted, ' & ') filter (where place = 1 or total * exp(share_before) > bound)
        end)::tsquery
    into queries, weights, looked_for from ranked;

    if queries is null then
        return;
    end if;
    -- The word of a set keeps the index from the chunks of others; where there are few of these it only costs.
    if 4 * total < (select sum(chunk_count) from search_statistics) then
        looked_for := looked_for && (
            select string_agg(quote_literal(set_word(id)), ' | ')::tsquery from unnest(sets) id
        );
    end if;

    return query
    with found as (
        select c.id, c.is_pair, c.token_count, c.search_vector from chunks c
        where c.search_vector @@ looked_for and c.knowledge_set_id = any(sets) and may_see(c.audience)
            and c.id <> all(known)
            and (wanted_tags = '{}' or exists (
                select from documents d where d.id = c.document_id and d.tags @> wanted_tags
            ))
        limit 2 * bound
    ), looked_at as materialized (
        -- || '' unpacks the vector once instead of once a word.
        select f.id, f.is_pair, f.token_count, f.search_vector || '' as vector, true as is_found from found f
        union all
        select c.id, c.is_pair, c.token_count, c.search_vector || '', false from chunks c where c.id = any(known)
    ), valued as (
        select l.id, l.is_pair, l.is_found, (
            select sum(m.weight * m.times * 2.2 / (m.times + 1.2 * (0.25 + 0.75 * l.token_count / mean)))
            from (
                -- The rank of a single word that occurs n times is the sum of 1/i^2 for i = 1 to n, over pi^2/6
                -- (PostgreSQL's tsrank.c); what is left out of the whole is 1/(n + 0.5), nearly.
                select u.weight, round(1 / (1.64493406685 * (1 - least(0.998, r.rank))) - 0.5) as times
                from unnest(queries, weights) u (query, weight),
                    lateral (select ts_rank('{1,1,1,1}', l.vector, u.query)::double precision as rank) r
                where r.rank > 0
            ) m
        ) as value
        from looked_at l
    )
    (select v.id, v.is_pair, v.value from valued v where v.is_found and v.value > 0 order by v.value desc, v.id limit most)
    union all
    select v.id, v.is_pair, v.value from valued v where not v.is_found and v.value > 0;
end $$;
revoke execute on function lexical_matches from public;
grant execute on function lexical_matches to llamadesk_reader;

-- What was said from which chunks -------------------------------------------------------------------------------------

-- chunk_ids: what the text was made from. A reply whose chunks are gone is withdrawn: it is no part of what was said.
alter table replies
    add column chunk_ids bigint[] not null default '{}',
    add column is_withdrawn boolean not null default false;
update replies r set chunk_ids = coalesce((
    select array_agg((c ->> 'chunk_id')::bigint) from traces t, jsonb_array_elements(t.chunks) c where t.reply_id = r.id
), '{}');
create index replies_chunks on replies using gin (chunk_ids);
alter table deliveries add column chunk_ids bigint[] not null default '{}';

-- Ingest by many workers ----------------------------------------------------------------------------------------------

-- One `ingest sync --workers`. work_order: how its documents are to be taken in (ingest/spread/work_order.py).
create table ingest_runs (
    id integer generated always as identity primary key,
    knowledge_set text not null,
    work_order jsonb not null,
    created_at timestamptz not null default now()
);

-- Its command holds an advisory lock ("ingr", run id), which ends with the command, however that ends.
create function ingest_run_is_live(run_id integer) returns boolean language sql volatile return exists (
    select from pg_locks
    where locktype = 'advisory' and classid = 1768843122 and objid = run_id::oid and objsubid = 2 and granted
        and database = (select oid from pg_database where datname = current_database())
);

-- One source to take in. content: its bytes, gone as soon as it is done. outcomes: what became of its documents
-- (ingest/spread/outcome_json.py); whoever started the run takes them, and the row goes.
create table ingest_tasks (
    id bigint generated always as identity primary key,
    run_id integer not null references ingest_runs on delete cascade,
    uri text not null,
    name text not null,
    media_type text not null,
    content bytea,
    state text not null default 'pending' check (state in ('pending', 'running', 'done')),
    holder text not null default '',
    lease_until timestamptz,
    attempts integer not null default 0,
    outcomes jsonb
);
create index ingest_tasks_run on ingest_tasks (run_id, state, id);
create index ingest_tasks_uri on ingest_tasks (run_id, uri);
alter table ingest_tasks alter column content set storage external;
