-- Commands, overheard questions, previews, buttons, ratings, and conversations that a human has taken over.

-- role: an agent is a human who answers. command: 'rated' calls a human after bad ratings. is_overheard: nobody asked the
-- assistant; without a very near passage it keeps silent. may_preview: the answer can be shown while it is being written.
alter table messages
    add column role text not null default 'customer' check (role in ('customer', 'agent')),
    add column command text check (command in ('human', 'forget', 'sources', 'resume', 'rated')),
    add column attachments text[] not null default '{}',
    add column is_overheard boolean not null default false,
    add column may_preview boolean not null default false;
create index messages_author on messages (author_id, id);

alter table replies
    drop constraint replies_decision_check,
    add constraint replies_decision_check check (decision in (
        'answered', 'refused', 'helped', 'quoted', 'busy', 'failed', 'chatted', 'handed_off', 'commanded'
    ));

-- buttons: name and label of each. about: the address that the delivery speaks of. below_id: it is shown in the thread
-- below that delivery, once that is visible. is_reply: the assistant's own words to the customer, void while a human is
-- in the conversation.
alter table deliveries
    add column is_preview boolean not null default false,
    add column is_reply boolean not null default true,
    add column link_hosts text[] not null default '{}',
    add column buttons jsonb not null default '[]',
    add column about jsonb,
    add column below_id bigint references deliveries on delete set null;
create index deliveries_shown on deliveries using gin (platform_message_ids);

-- What people think of a reply; who judges again changes the mind.
create table ratings (
    reply_id bigint not null references replies on delete cascade,
    author_id text not null,
    rating smallint not null check (rating in (-1, 1)),
    rated_at timestamptz not null default now(),
    primary key (reply_id, author_id)
);

-- A conversation that was handed to the human agents, who were told by the delivery notice_id. human_since: when the
-- first of them wrote. due_at: when the assistant comes back, unless somebody writes.
create table handoffs (
    id bigint generated always as identity primary key,
    conversation_id bigint not null references conversations on delete cascade,
    reason text not null check (reason in ('asked', 'refused', 'rated')),
    notice_id bigint references deliveries on delete set null,
    opened_at timestamptz not null default now(),
    human_since timestamptz,
    due_at timestamptz not null,
    closed_at timestamptz,
    closed_by text check (closed_by in ('told', 'time'))
);
create unique index handoffs_open on handoffs (conversation_id) where closed_at is null;
create index handoffs_notice on handoffs (notice_id);
