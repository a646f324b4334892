"""The SQL of the inbox: one statement for each thing that can happen to a post."""

from __future__ import annotations

from assistant.conversations.delivery_statements import SHOWN_ANEW
from assistant.conversations.handoff_statements import TELL_AGENTS

# A changed post that is not known yet may be older than the conversation, and then is none of it. A command that was
# given outside of a thread speaks of the newest conversation in that channel that its author is in.
# The upsert locks the conversation's row until the transaction ends: a worker that releases the conversation meanwhile
# sees the message, or its wake-up finds the conversation released.
_PLACE = """
with chosen as (
    select m.conversation_id from messages m join conversations c on c.id = m.conversation_id
    where %(command)s::text is not null and m.author_id = %(author_id)s
      and c.platform = %(platform)s and c.workspace = %(workspace)s and c.channel = %(channel)s
      and (%(within)s = '' or c.thread = %(within)s)
    order by m.id desc limit 1
), locked as (
    update conversations c set platform = c.platform from chosen where c.id = chosen.conversation_id returning c.id
), conversation as (
    insert into conversations (platform, workspace, channel, thread, knowledge_set)
    select %(platform)s, %(workspace)s, %(channel)s, %(thread)s, %(knowledge_set)s
    where not exists (select from chosen) and (%(opens)s or %(follows)s and exists (
        select from conversations
        where platform = %(platform)s and workspace = %(workspace)s and channel = %(channel)s and thread = %(thread)s
          and (not %(is_edited)s or created_at < %(sent_at)s)
    ))
    on conflict (platform, workspace, channel, thread) do update set platform = excluded.platform
    returning id
), place as (
    select id from conversation union all select id from locked
)"""
# While a human has the conversation, what people say there is for the human. Who speaks there and was not in it before
# is one of the human agents. Where these can't see the conversation, they are told. Who wishes the assistant back gets
# it, and who asks by a slash command is answered: no human could. A thread in which the assistant only overheard
# something is none that it is in.
STORE = f"""
{_PLACE}, handoff as (
    select h.id, h.conversation_id, h.notice_id, case when exists (
        select from messages m where m.conversation_id = h.conversation_id and m.author_id = %(author_id)s
          and m.role = 'customer' and m.command is null
    ) then 'customer' else 'agent' end as role
    from handoffs h join place on place.id = h.conversation_id where h.closed_at is null
    for share of h -- as it stands once the conversation is ours: it may have been closed while we waited for that
), stored as (
    insert into messages (
        conversation_id, event_key, author_id, author_name, text, reply_address, state, sent_at, names_assistant,
        role, command, attachments, is_overheard, may_preview
    )
    select place.id, %(event_key)s, %(author_id)s, %(author_name)s, %(text)s, %(reply_address)s,
        case when handoff.id is null or %(command)s::text is not null or %(is_ordered)s then %(state)s
            when %(wishes_back)s then 'pending' else 'overheard' end,
        %(sent_at)s, %(names_assistant)s, coalesce(handoff.role, 'customer'),
        coalesce(%(command)s, case when handoff.id is not null and %(wishes_back)s then 'resume' end),
        %(attachments)s::text[],
        %(is_overheard)s or %(asked_where_it_spoke)s and not exists (
            select from replies r where r.conversation_id = place.id
        ),
        %(may_preview)s
    from place left join handoff on handoff.conversation_id = place.id
    where not exists (select from deleted_posts where event_key = %(event_key)s)
    on conflict (event_key) do nothing
    returning id, state, role, command, is_overheard
), attended as (
    update handoffs h set due_at = now() + %(handoff_s)s * interval '1 second',
        human_since = case when stored.role = 'agent' then coalesce(h.human_since, now()) else h.human_since end
    from handoff, stored where h.id = handoff.id and stored.command is null
), told as (
    {TELL_AGENTS}
    where %(agents_text)s::text is not null and exists (
        select from stored where stored.role = 'customer' and stored.command is null
    )
    returning pg_notify(%(delivery_channel)s, '')
)
select id, state = 'pending', not is_overheard, (select count(*) from told) from stored
"""  # noqa: S608 (constants put together)

# What was answered together is answered anew together. A new fence voids the answer that is being made of the old text.
# What is so old that its text was erased is not answered anew.
_FOUND = """
with found as (
    select m.id, m.conversation_id, m.state, m.text, m.erased_at, coalesce(m.joined_to, m.id) as head, exists (
        select from handoffs h where h.conversation_id = m.conversation_id and h.closed_at is null
    ) as is_handed_off
    from messages m join conversations c on c.id = m.conversation_id
    where m.event_key = %(event_key)s
    for update of c, m
)"""
EDIT = f"""
{_FOUND}, changed as (
    update messages m set
        text = case when m.id = found.id then %(text)s else m.text end,
        state = case when found.is_handed_off or found.state = 'overheard' and not %(is_addressed)s then m.state
            else 'pending' end,
        is_overheard = m.is_overheard and not (m.id = found.id and %(is_addressed)s),
        names_assistant = case when m.id = found.id then %(names_assistant)s else m.names_assistant end,
        attempts = 0, due_at = now()
    from found
    where (m.id = found.head or m.joined_to = found.head) and found.text <> %(text)s and found.state <> 'deleted'
      and found.erased_at is null
    returning m.state, m.is_overheard
), voided as (
    update conversations c set lease_fence = lease_fence + 1, lease_owner = null, lease_until = null
    from found where c.id = found.conversation_id and exists (select from changed where state = 'pending')
), passed_on as (
    update deliveries set text = %(text)s, {SHOWN_ANEW}
    from found
    where deliveries.message_id = found.id and not deliveries.is_reply and deliveries.text <> ''
      and found.text <> %(text)s and found.erased_at is null
    returning pg_notify(%(delivery_channel)s, '')
)
select head, exists (select from changed where state = 'pending'), exists (select from changed where not is_overheard),
    state, (select count(*) from passed_on)
from found
"""  # noqa: S608 (constants put together)
DELETE = f"""
{_FOUND}, unknown as (
    insert into deleted_posts (event_key) select %(event_key)s where not exists (select from found)
    on conflict do nothing
), forgotten as (
    delete from deleted_posts where deleted_at < now() - interval '1 day'
), changed as (
    update messages m set
        text = case when m.id = found.id then '' else m.text end,
        state = case when m.id = found.id then 'deleted' else 'pending' end,
        joined_to = null, attempts = 0, due_at = now()
    from found where (m.id = found.head or m.joined_to = found.head) and found.state <> 'deleted'
    returning m.id, m.state
), voided as (
    update conversations c set lease_fence = lease_fence + 1, lease_owner = null, lease_until = null
    from found where c.id = found.conversation_id and found.state <> 'overheard'
), unsaid as (
    delete from replies using found where replies.message_id = found.id
), retracted as (
    update deliveries set text = '', sources = '[]', {SHOWN_ANEW}
    from found
    where deliveries.message_id = found.id
      and (deliveries.text <> '' or cardinality(deliveries.platform_message_ids) > 0)
    returning pg_notify(%(delivery_channel)s, '')
)
select (select min(id) from changed where state = 'pending'), (select count(*) from retracted)
"""  # noqa: S608 (constants put together)

POSTPONE = """
update messages set due_at = now() + %(delay_s)s * interval '1 second' where id = %(message_id)s and state = 'pending'
"""
# Whoever asks too much was told so a moment ago.
LEAVE = """
update messages set state = %(state)s where (id = %(message_id)s or joined_to = %(message_id)s) and state = 'pending'
"""
TELL_BUSY = """
with told as (
    update messages set state = 'answered' where id = %(message_id)s and state = 'pending'
    returning id, conversation_id, reply_address
), reply as (
    insert into replies (message_id, conversation_id, text, decision)
    select id, conversation_id, %(text)s, 'busy' from told returning id
), trace as (
    insert into traces (reply_id, prompt_version, prompt, model_id, parameters, chunks, gate, timings_s)
    select id, '', '', '', '{}', '[]', '{}', '{}' from reply
)
insert into deliveries (message_id, conversation_id, platform, workspace, reply_address, text)
select told.id, told.conversation_id, c.platform, c.workspace, told.reply_address, %(text)s
from told join conversations c on c.id = told.conversation_id
returning pg_notify(%(delivery_channel)s, '')
"""
