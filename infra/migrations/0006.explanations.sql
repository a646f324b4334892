-- What explains an answer, and the end of what people wrote: by age, and at once with /forget.

-- searched: the questions as they were searched. checks: what was found wanting in what the model wrote. said_since: when
-- we got the oldest of what people wrote that the trace holds; null where it holds nothing of that. example_ids: replies
-- that the prompt shows, with their questions, as examples.
alter table traces
    add column searched jsonb not null default '[]',
    add column checks jsonb not null default '{}',
    add column example_ids bigint[] not null default '{}',
    add column said_since timestamptz;
update traces t set said_since = (
    select min(m.received_at) from messages m where m.conversation_id = r.conversation_id
) from replies r where r.id = t.reply_id;
create index traces_examples on traces using gin (example_ids) where example_ids <> '{}';
create index traces_said_since on traces (said_since) where said_since is not null;

-- erased_at: when the text went. erase_when_done: it goes as soon as the message is answered, or the delivery shown.
alter table messages
    add column erased_at timestamptz,
    add column erase_when_done boolean not null default false;
update messages set erased_at = now() where state = 'deleted' and text = '' and author_name = '';
create index messages_kept on messages (received_at) where erased_at is null;
create index messages_to_erase on messages (id) where erase_when_done;

alter table deliveries add column erase_when_done boolean not null default false;
create index deliveries_to_erase on deliveries (id) where erase_when_done;
create index deliveries_to_agents on deliveries (updated_at) where message_id is null and text <> '';
create index deliveries_below on deliveries (below_id) where below_id is not null;
