"""The SQL of conversations that were handed to a human, and of what people press and rate."""

from __future__ import annotations

# The last thing that a customer wrote in the conversation, commands aside: where words to the customer belong.
LAST_SAID = """
    select m.reply_address from messages m
    where m.conversation_id = {conversation_id} and m.role = 'customer'
    order by m.command is not null, m.id desc limit 1
"""

# What a human agent writes below the notice goes to the customer.
PASS_ON = f"""
with handoff as (
    select h.id, c.id as conversation_id, c.platform, c.workspace from deliveries notice
    join handoffs h on h.notice_id = notice.id join conversations c on c.id = h.conversation_id
    where notice.platform = %(platform)s and notice.reply_address->>'channel' = %(channel)s
      and notice.platform_message_ids @> array[%(within)s] and h.closed_at is null
), said as (
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
select said.id, handoff.conversation_id, handoff.platform, handoff.workspace, address.reply_address, %(passed_on)s,
    false
from said, handoff, lateral ({LAST_SAID.format(conversation_id="handoff.conversation_id")}) address
returning message_id, pg_notify(%(delivery_channel)s, '')
"""  # noqa: S608 (constants put together)

# What was pressed, or written below the notice, becomes a command in the conversation: a worker carries it out in turn.
_COMMAND = f"""
insert into messages (
    conversation_id, event_key, author_id, author_name, text, reply_address, state, sent_at, command, names_assistant
)
select found.conversation_id, %(event_key)s, %(author_id)s, %(author_name)s, '', address.reply_address, 'pending',
    now(), %(command)s, true
from found, lateral ({LAST_SAID.format(conversation_id="found.conversation_id")}) address
on conflict (event_key) do nothing
returning id
"""  # noqa: S608 (constants put together)
RESUME_BELOW_NOTICE = f"""
with found as (
    select h.conversation_id from deliveries notice join handoffs h on h.notice_id = notice.id
    where notice.platform = %(platform)s and notice.reply_address->>'channel' = %(channel)s
      and notice.platform_message_ids @> array[%(within)s] and h.closed_at is null
      and not exists (
          select from messages m
          where m.conversation_id = h.conversation_id and m.command = 'resume' and m.state = 'pending'
      )
)
{_COMMAND}
"""  # noqa: S608 (constants put together)
COMMAND_BELOW_REPLY = f"""
with found as (
    select d.conversation_id from deliveries d
    where d.platform = %(platform)s and d.reply_address->>'channel' = %(channel)s and d.conversation_id is not null
      and d.platform_message_ids @> array[%(within)s]
    limit 1
)
{_COMMAND}
"""  # noqa: S608 (constants put together)

FIND_REPLY = """
select r.id from deliveries d join replies r on r.message_id = d.message_id
where d.platform = %(platform)s and d.reply_address->>'channel' = %(channel)s and d.is_reply
  and d.platform_message_ids @> array[%(within)s]
limit 1
"""
# Two answers that did not help call a human, once in a conversation.
RATE = f"""
with found as (
    select id, conversation_id from replies where id = %(reply_id)s
), rated as (
    insert into ratings (reply_id, author_id, rating) select id, %(author_id)s, %(rating)s from found
    on conflict (reply_id, author_id) do update set rating = excluded.rating, rated_at = now()
    returning reply_id
), others as (
    select count(distinct r.id) as bad from found join replies r on r.conversation_id = found.conversation_id
    join ratings on ratings.reply_id = r.id and ratings.rating < 0
    where r.id <> %(reply_id)s
)
insert into messages (
    conversation_id, event_key, author_id, author_name, text, reply_address, state, sent_at, command, names_assistant
)
select found.conversation_id, 'rated:' || found.conversation_id, %(author_id)s, %(author_name)s, '',
    address.reply_address, 'pending', now(), 'rated', true
from rated, found, others, lateral ({LAST_SAID.format(conversation_id="found.conversation_id")}) address
where %(rating)s < 0 and others.bad > 0 and %(calls_human)s
on conflict (event_key) do nothing
returning id
"""  # noqa: S608 (constants put together)

# A worker's, in the transaction of its reply.
HAND_OFF = f"""
with notice as (
    insert into deliveries (platform, workspace, reply_address, text, buttons, about, is_reply)
    select %(agents_platform)s, '', %(agents_address)s::jsonb, %(agents_text)s, %(agents_buttons)s::jsonb,
        address.reply_address, false
    from ({LAST_SAID.format(conversation_id="%(conversation_id)s")}) address
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
# What was written behind the word that ended it was meant for the assistant.
RESUME = """
with closed as (
    update handoffs set closed_at = now(), closed_by = 'told'
    where conversation_id = %(conversation_id)s and closed_at is null returning notice_id
), woken as (
    update messages m set state = 'pending', attempts = 0, due_at = now() from closed
    where m.conversation_id = %(conversation_id)s and m.id > %(message_id)s and m.state = 'overheard'
      and m.role = 'customer' and not m.is_overheard
)
insert into deliveries (platform, workspace, reply_address, text, below_id, is_reply)
select notice.platform, notice.workspace, notice.reply_address, %(agents_text)s, notice.id, false
from closed join deliveries notice on notice.id = closed.notice_id
"""
OVERDUE = """
select h.id, c.platform, c.channel from handoffs h join conversations c on c.id = h.conversation_id
where h.closed_at is null and h.due_at < now() order by h.id limit 100
"""
# What customers wrote since a human last spoke is the assistant's to answer; where there is nothing of that, and nobody
# came at all, they are told.
TAKE_BACK = f"""
with over as (
    update handoffs set closed_at = now(), closed_by = 'time'
    where id = %(handoff_id)s and closed_at is null and due_at < now()
    returning conversation_id, opened_at, human_since, notice_id
), woken as (
    update messages m set state = 'pending', attempts = 0, due_at = now() from over
    where m.conversation_id = over.conversation_id and m.state = 'overheard' and m.role = 'customer'
      and not m.is_overheard and m.received_at >= over.opened_at and m.id > coalesce((
          select max(a.id) from messages a where a.conversation_id = over.conversation_id and a.role = 'agent'), 0)
    returning m.id
), excused as (
    insert into deliveries (conversation_id, platform, workspace, reply_address, text)
    select c.id, c.platform, c.workspace, address.reply_address, %(excuse)s
    from over join conversations c on c.id = over.conversation_id,
        lateral ({LAST_SAID.format(conversation_id="over.conversation_id")}) address
    where over.human_since is null and not exists (select from woken)
), told as (
    insert into deliveries (platform, workspace, reply_address, text, below_id, is_reply)
    select notice.platform, notice.workspace, notice.reply_address, %(agents_text)s, notice.id, false
    from over join deliveries notice on notice.id = over.notice_id
)
select (select min(id) from woken), pg_notify(%(delivery_channel)s, '') from over
"""  # noqa: S608 (constants put together)

LAST_SOURCES = """
select r.sources from replies r
where r.conversation_id = %(conversation_id)s and r.decision in ('answered', 'quoted') and not r.is_withdrawn
order by r.id desc limit 1
"""
LAST_REPLY = """
select r.id from replies r
where r.conversation_id = %(conversation_id)s and r.decision in ('answered', 'quoted', 'refused')
order by r.id desc limit 1
"""
