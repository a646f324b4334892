"""The SQL of conversations that were handed to a human, and of what people press and rate."""

from __future__ import annotations

# The last thing that a customer wrote in the conversation, commands aside: where words to the customer belong.
_LAST_SAID = """
    select m.reply_address from messages m
    where m.conversation_id = {conversation_id} and m.role = 'customer'
    order by m.command is not null, m.id desc limit 1
"""

# The agents read it below the notice of the `handoff`.
TELL_AGENTS = """
    insert into deliveries (platform, workspace, reply_address, text, below_id, is_reply)
    select notice.platform, notice.workspace, notice.reply_address, %(agents_text)s, notice.id, false
    from handoff join deliveries notice on notice.id = handoff.notice_id
"""
# What the platform shows as that message.
_SHOWN = """
    d.platform = %(platform)s and d.reply_address->>'channel' = %(channel)s
      and d.platform_message_ids @> array[%(within)s]
"""
_BELOW_NOTICE = f"""
with handoff as (
    select h.id, h.conversation_id, c.platform, c.workspace
    from deliveries d join handoffs h on h.notice_id = d.id join conversations c on c.id = h.conversation_id
    where h.closed_at is null and {_SHOWN}
)"""  # noqa: S608 (constants put together)

# What a human agent writes below the notice goes to the customer.
PASS_ON = f"""
{_BELOW_NOTICE}, said as (
    insert into messages (conversation_id, event_key, author_id, author_name, text, reply_address, state, sent_at, role)
    select conversation_id, %(event_key)s, %(author_id)s, %(author_name)s, %(text)s, %(reply_address)s, 'overheard',
        %(sent_at)s, 'agent'
    from handoff
    where not exists (select from deleted_posts where event_key = %(event_key)s)
    on conflict (event_key) do nothing
    returning id
), attended as (
    update handoffs h set due_at = now() + %(handoff_s)s * interval '1 second',
        human_since = coalesce(human_since, now())
    from handoff where h.id = handoff.id
)
insert into deliveries (message_id, conversation_id, platform, workspace, reply_address, text, is_reply)
select said.id, handoff.conversation_id, handoff.platform, handoff.workspace, address.reply_address, %(text)s, false
from said, handoff, lateral ({_LAST_SAID.format(conversation_id="handoff.conversation_id")}) address
returning message_id, pg_notify(%(delivery_channel)s, '')
"""  # noqa: S608 (constants put together)

# What was pressed, or written below the notice, becomes a command in the `found` conversation, once under its key: a
# worker carries it out in turn.
_COMMAND = f"""
insert into messages (
    conversation_id, event_key, author_id, author_name, text, reply_address, state, sent_at, command, names_assistant
)
select found.conversation_id, {{event_key}}, %(author_id)s, %(author_name)s, '', address.reply_address, 'pending',
    now(), {{command}}, true
from found, lateral ({_LAST_SAID.format(conversation_id="found.conversation_id")}) address
on conflict (event_key) do nothing
returning id
"""  # noqa: S608 (constants put together)
_GIVEN_COMMAND = _COMMAND.format(event_key="%(event_key)s", command="%(command)s")
RESUME_BELOW_NOTICE = f"""
{_BELOW_NOTICE}, found as (
    select conversation_id from handoff
    where not exists (
        select from messages m
        where m.conversation_id = handoff.conversation_id and m.command = 'resume' and m.state = 'pending'
    )
)
{_GIVEN_COMMAND}
"""  # noqa: S608 (constants put together)
COMMAND_BELOW_REPLY = f"""
with found as (
    select d.conversation_id from deliveries d where d.conversation_id is not null and {_SHOWN} limit 1
)
{_GIVEN_COMMAND}
"""  # noqa: S608 (constants put together)

FIND_REPLY = f"""
select r.id from deliveries d join replies r on r.message_id = d.message_id where d.is_reply and {_SHOWN} limit 1
"""  # noqa: S608 (constants put together)
# Two answers that did not help call a human, once in a conversation.
RATE = f"""
with reply as (
    select id, conversation_id from replies where id = %(reply_id)s
), rated as (
    insert into ratings (reply_id, author_id, rating) select id, %(author_id)s, %(rating)s from reply
    on conflict (reply_id, author_id) do update set rating = excluded.rating, rated_at = now()
), others as (
    select count(distinct r.id) as bad from reply join replies r on r.conversation_id = reply.conversation_id
    join ratings on ratings.reply_id = r.id and ratings.rating < 0
    where r.id <> %(reply_id)s
), found as (
    select reply.conversation_id from reply, others where %(rating)s < 0 and others.bad > 0 and %(calls_human)s
)
{_COMMAND.format(event_key="'rated:' || found.conversation_id", command="'rated'")}
"""  # noqa: S608 (constants put together)

# A worker's, in the transaction of its reply.
HAND_OFF = f"""
with notice as (
    insert into deliveries (platform, workspace, reply_address, text, buttons, about, is_reply)
    select %(agents_platform)s, '', %(agents_address)s::jsonb, %(agents_text)s, %(agents_buttons)s::jsonb,
        address.reply_address, false
    from ({_LAST_SAID.format(conversation_id="%(conversation_id)s")}) address
    where not exists (select from handoffs where conversation_id = %(conversation_id)s and closed_at is null)
    returning id
), opened as (
    insert into handoffs (conversation_id, reason, notice_id, due_at)
    select %(conversation_id)s, %(reason)s, id, now() + %(handoff_s)s * interval '1 second' from notice
    returning id
)
update messages m set state = 'overheard' from opened
where m.conversation_id = %(conversation_id)s and m.state = 'pending' and m.command is null
  and m.id <> all(%(ids)s::bigint[])
"""  # noqa: S608 (constants put together)
# What customers wrote to the assistant while the `handoff` stood waits for it after all.
_WAKE = """
    update messages m set state = 'pending', attempts = 0, due_at = now() from handoff
    where m.conversation_id = handoff.conversation_id and m.state = 'overheard' and m.role = 'customer'
      and not m.is_overheard
"""
# What was written behind the word that ended it was meant for the assistant.
RESUME = f"""
with handoff as (
    update handoffs set closed_at = now(), closed_by = 'told'
    where conversation_id = %(conversation_id)s and closed_at is null returning conversation_id, notice_id
), woken as (
    {_WAKE} and m.id > %(message_id)s
)
{TELL_AGENTS}
"""  # noqa: S608 (constants put together)
OVERDUE = """
select h.id, c.platform, c.channel from handoffs h join conversations c on c.id = h.conversation_id
where h.closed_at is null and h.due_at < now() order by h.id limit 100
"""
# What customers wrote since a human last spoke is the assistant's to answer; where there is nothing of that, and nobody
# came at all, they are told.
TAKE_BACK = f"""
with handoff as (
    update handoffs set closed_at = now(), closed_by = 'time'
    where id = %(handoff_id)s and closed_at is null and due_at < now()
    returning conversation_id, opened_at, human_since, notice_id
), woken as (
    {_WAKE} and m.received_at >= handoff.opened_at and m.id > coalesce((
        select max(a.id) from messages a where a.conversation_id = handoff.conversation_id and a.role = 'agent'), 0)
    returning m.id
), excused as (
    insert into deliveries (conversation_id, platform, workspace, reply_address, text)
    select c.id, c.platform, c.workspace, address.reply_address, %(excuse)s
    from handoff join conversations c on c.id = handoff.conversation_id,
        lateral ({_LAST_SAID.format(conversation_id="handoff.conversation_id")}) address
    where handoff.human_since is null and not exists (select from woken)
), told as (
    {TELL_AGENTS}
)
select (select min(id) from woken), pg_notify(%(delivery_channel)s, '') from handoff
"""  # noqa: S608 (constants put together)
