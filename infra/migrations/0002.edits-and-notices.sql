-- Edits and deletions, notices before the answer, and dead letters.

-- joined_to: answered together with that message ("also…"). A deleted message keeps its place, not its text.
alter table messages
    add column joined_to bigint references messages on delete set null,
    add column names_assistant boolean not null default true,
    drop constraint messages_state_check,
    add constraint messages_state_check check (state in ('pending', 'answered', 'overheard', 'dead', 'deleted'));
drop index messages_due;
create index messages_waiting on messages (conversation_id, id) where state = 'pending';
create index messages_joined on messages (joined_to) where joined_to is not null;
create index messages_dead on messages (id) where state = 'dead';

-- Posts that were deleted before they were stored: their event may still be on its way.
create table deleted_posts (
    event_key text primary key,
    deleted_at timestamptz not null default now()
);

alter table replies
    drop constraint replies_decision_check,
    add constraint replies_decision_check check (decision in ('answered', 'refused', 'helped', 'quoted', 'busy', 'failed'));

-- What shall be visible for a message, at first perhaps a notice, then its reply; "" is nothing, any more. The revision
-- rises with each change. Without a message it is a word to the human agents. may_be_shown: an earlier attempt at the
-- next part may have been carried out.
alter table deliveries
    add column message_id bigint unique references messages on delete cascade,
    add column reply_address jsonb,
    add column text text,
    add column sources jsonb not null default '[]',
    add column revision integer not null default 0,
    add column may_be_shown boolean not null default false,
    alter column conversation_id drop not null;
update deliveries d set message_id = m.id, reply_address = m.reply_address, text = r.text, sources = r.sources
from replies r join messages m on m.id = r.message_id where r.id = d.reply_id;
alter table deliveries
    alter column reply_address set not null,
    alter column text set not null,
    drop column reply_id;
drop index deliveries_conversation;
create index deliveries_waiting on deliveries (conversation_id, id) where state in ('pending', 'sending');
