-- The tables of the way of a message. Postgres is the truth: Redis may lose everything at any moment.

create extension if not exists vector;

-- Knowledge ----------------------------------------------------------------------------------------------------------

create table knowledge_sets (
    id bigint generated always as identity primary key,
    name text not null unique,
    embedding_model text not null,
    dimension integer not null check (dimension between 1 and 2000),
    created_at timestamptz not null default now()
);

create table documents (
    id bigint generated always as identity primary key,
    knowledge_set_id bigint not null references knowledge_sets on delete cascade,
    uri text not null,
    title text not null,
    content_hash text not null,
    tags jsonb not null default '{}',
    updated_at timestamptz not null default now(),
    unique (knowledge_set_id, uri)
);

-- One HNSW index for each knowledge set (partial, on its own dimension) is made when the set is: sets of several
-- embedding models live side by side, and a search never wades through another set's chunks.
create table chunks (
    id bigint generated always as identity primary key,
    knowledge_set_id bigint not null references knowledge_sets on delete cascade,
    document_id bigint not null references documents on delete cascade,
    position integer not null,
    heading_path text[] not null,
    anchor text not null,
    text text not null,
    token_count integer not null,
    embedding vector not null
);
create index chunks_document_id on chunks (document_id);

-- Conversations ------------------------------------------------------------------------------------------------------

-- The lease: whoever raised lease_fence last, and whose lease_until lies ahead, may write to the conversation.
create table conversations (
    id bigint generated always as identity primary key,
    platform text not null,
    workspace text not null,
    channel text not null,
    thread text not null,
    knowledge_set text not null,
    lease_owner text,
    lease_until timestamptz,
    lease_fence bigint not null default 0,
    created_at timestamptz not null default now(),
    unique (platform, workspace, channel, thread)
);

-- sequence of a message within everything that was stored is its id: identity values rise in the order of storing.
create table messages (
    id bigint generated always as identity primary key,
    conversation_id bigint not null references conversations on delete cascade,
    event_key text not null unique,
    author_id text not null,
    author_name text not null,
    text text not null,
    reply_address jsonb not null,
    state text not null check (state in ('pending', 'answered', 'overheard', 'dead')),
    attempts integer not null default 0,
    due_at timestamptz not null default now(),
    last_error text,
    sent_at timestamptz not null,
    received_at timestamptz not null default now()
);
create index messages_conversation on messages (conversation_id, id);
create index messages_due on messages (due_at) where state = 'pending';

-- One reply a message at most: the unique key is what makes answering twice impossible.
create table replies (
    id bigint generated always as identity primary key,
    message_id bigint not null unique references messages on delete cascade,
    conversation_id bigint not null references conversations on delete cascade,
    text text not null,
    decision text not null check (decision in ('answered', 'refused', 'helped', 'failed')),
    sources jsonb not null default '[]',
    created_at timestamptz not null default now()
);
create index replies_conversation on replies (conversation_id, id);

-- Why the reply is as it is: enough to explain and to replay it.
create table traces (
    reply_id bigint primary key references replies on delete cascade,
    prompt_version text not null,
    prompt text not null,
    model_id text not null,
    parameters jsonb not null,
    chunks jsonb not null,
    gate jsonb not null,
    timings_s jsonb not null
);

-- One delivery a reply. parts_sent counts the platform messages that are known to be visible.
create table deliveries (
    id bigint generated always as identity primary key,
    reply_id bigint not null unique references replies on delete cascade,
    conversation_id bigint not null references conversations on delete cascade,
    platform text not null,
    workspace text not null,
    state text not null default 'pending' check (state in ('pending', 'sending', 'sent', 'unknown', 'failed')),
    parts_sent integer not null default 0,
    platform_message_ids text[] not null default '{}',
    attempts integer not null default 0,
    due_at timestamptz not null default now(),
    claimed_by text,
    claimed_until timestamptz,
    last_error text,
    updated_at timestamptz not null default now()
);
create index deliveries_due on deliveries (platform, due_at) where state in ('pending', 'sending');
create index deliveries_conversation on deliveries (conversation_id, id);
