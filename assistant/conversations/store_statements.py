"""The SQL of a worker: one statement to take a turn, one to commit its reply and take the next."""

from __future__ import annotations

from assistant.conversations.delivery_statements import SHOWN_ANEW

# Of the conversation l.id: the messages that wait, and the turns before them, oldest first: in the order in which they
# were written, as a platform that delivers again does so out of order. Messages that were answered together are one
# turn. What was said from documents that changed since is left out.
_WAITING = """(
    select jsonb_agg(to_jsonb(w) order by w.sent_at, w.id) from (
        select id, author_id, author_name, text, attempts, sent_at, names_assistant, command, attachments, is_overheard,
            may_preview, received_at
        from messages
        where conversation_id = l.id and state = 'pending' and id <> all(%(ids)s::bigint[])
        order by sent_at, id limit %(max_waiting)s
    ) w
)"""
HISTORY = """(
    select jsonb_agg(
        jsonb_build_array(h.author_name, h.text, h.reply, h.role, h.decision, h.reply_id, h.received_at)
        order by h.sent_at, h.id
    )
    from (
        select m.id, m.sent_at, m.received_at, m.author_name, m.role,
            case when r.is_withdrawn then '' else coalesce(r.text, '') end as reply,
            case when not r.is_withdrawn then r.id end as reply_id,
            coalesce(r.decision, '') as decision, m.text || coalesce((
            select string_agg(E'\\n' || j.text, '' order by j.id) from messages j where j.joined_to = m.id), '') as text
        from messages m left join replies r on r.message_id = m.id
        where m.conversation_id = l.id and m.state not in ('deleted', 'pending') and m.joined_to is null
          and m.command is null {before}
        order by m.sent_at desc, m.id desc limit %(max_turns)s
    ) h
)"""
_HISTORY = HISTORY.format(before="")

TAKE = f"""
with leased as (
    update conversations c set lease_fence = lease_fence + 1, lease_owner = %(owner)s,
        lease_until = now() + %(lease_s)s * interval '1 second'
    from messages m
    where m.id = %(message_id)s and m.state = 'pending' and c.id = m.conversation_id
      and (c.lease_until is null or c.lease_until < now())
      and (select due_at <= now() from messages oldest where oldest.conversation_id = c.id and oldest.state = 'pending'
           order by oldest.sent_at, oldest.id limit 1)
    returning c.id, c.lease_fence, c.knowledge_set, c.platform, c.workspace, c.channel
)
select l.id, l.lease_fence, l.knowledge_set, l.platform, l.workspace, l.channel, {_WAITING}, {_HISTORY} from leased l
"""  # noqa: S608 (constants put together)

_FENCED = """
with fenced as (
    select id, platform, workspace, lease_fence, knowledge_set from conversations
    where id = %(conversation_id)s and lease_fence = %(fence)s and lease_until is not null for update
)"""
# The chunks that the text is made from are held before the conversation is, as by those who delete them. It is made
# from what was said before, too, and perhaps after the example of other replies, which must not be forgotten meanwhile.
_FENCED_WITH_CHUNKS = """
with used as materialized (
    select id from chunks where id = any(%(chunk_ids)s::bigint[]) order by id for key share
), shown as materialized (
    select id from replies where id = any(%(example_ids)s::bigint[]) and not is_withdrawn order by id for key share
), fenced as (
    select id, platform, workspace, lease_fence, knowledge_set, is_current from conversations
    cross join lateral (
        select count(*) = cardinality(%(chunk_ids)s::bigint[]) and not exists (
            select from replies where id = any(%(reply_ids)s::bigint[]) and is_withdrawn
        ) and (select count(*) from shown) = cardinality(%(example_ids)s::bigint[]) as is_current from used
    ) u
    where id = %(conversation_id)s and lease_fence = %(fence)s and lease_until is not null for update of conversations
)"""

# What is inserted takes the place of what the message has, whatever that is.
_IN_ITS_PLACE = f"""on conflict (message_id) do update set text = excluded.text, sources = excluded.sources,
        link_hosts = excluded.link_hosts, buttons = excluded.buttons, chunk_ids = excluded.chunk_ids,
        is_preview = excluded.is_preview, {SHOWN_ANEW}"""

LOCK = "select from conversations where id = %(conversation_id)s for update"
# The lease is released with the reply unless more is due. All of it or nothing: a statement is a transaction.
REPLY = f"""
{_FENCED_WITH_CHUNKS}, finished as (
    update messages m set state = %(state)s, joined_to = nullif(%(message_id)s, m.id), last_error = %(error)s
    from fenced
    where m.conversation_id = fenced.id and m.id = any(%(ids)s::bigint[]) and m.state = 'pending' and is_current
    returning m.id, m.reply_address
), answered as (
    select id, reply_address from finished where id = %(message_id)s
), reply as (
    insert into replies (message_id, conversation_id, text, decision, sources, chunk_ids)
    select answered.id, fenced.id, %(text)s, %(decision)s, %(sources)s, %(chunk_ids)s::bigint[]
    from fenced, answered where not %(is_silent)s
    on conflict (message_id) do update set text = excluded.text, decision = excluded.decision,
        sources = excluded.sources, chunk_ids = excluded.chunk_ids, is_withdrawn = false, created_at = now()
    returning id
), trace as (
    insert into traces (
        reply_id, prompt_version, prompt, model_id, parameters, chunks, gate, timings_s, searched, checks,
        example_ids, said_since
    )
    select id, %(prompt_version)s, %(prompt)s, %(model_id)s, %(parameters)s, %(chunks)s, %(gate)s, %(timings_s)s,
        %(searched)s, %(checks)s, %(example_ids)s::bigint[], least(%(said_since)s::timestamptz, (
            select min(m.received_at) from replies r join messages m on m.id = r.message_id
            where r.id = any(%(example_ids)s::bigint[])
        ))
    from reply
    on conflict (reply_id) do update set prompt_version = excluded.prompt_version, prompt = excluded.prompt,
        model_id = excluded.model_id, parameters = excluded.parameters, chunks = excluded.chunks, gate = excluded.gate,
        timings_s = excluded.timings_s, searched = excluded.searched, checks = excluded.checks,
        example_ids = excluded.example_ids, said_since = excluded.said_since
), delivery as (
    insert into deliveries (
        message_id, conversation_id, platform, workspace, reply_address, text, sources, link_hosts, buttons, chunk_ids
    )
    select answered.id, fenced.id, fenced.platform, fenced.workspace, answered.reply_address, %(text)s, %(sources)s,
        %(link_hosts)s::text[], %(buttons)s, %(chunk_ids)s::bigint[]
    from fenced, answered where not %(is_silent)s
    {_IN_ITS_PLACE}
), told as (
    insert into deliveries (platform, workspace, reply_address, text)
    select %(alert_platform)s, '', %(alert_address)s::jsonb, %(alert)s from answered
    where %(alert_address)s::jsonb is not null
), released as (
    update conversations c set lease_owner = null, lease_until = null
    from fenced where c.id = fenced.id and is_current and not coalesce((
        select due_at <= now() from messages
        where conversation_id = fenced.id and state = 'pending' and id <> all(%(ids)s::bigint[])
        order by sent_at, id limit 1
    ), false)
    returning c.id
)
select is_current, (select id from reply), exists (select from released), {_WAITING}, {_HISTORY},
    pg_notify(%(delivery_channel)s, '')
from fenced l
"""  # noqa: S608 (constants put together)

# The answer as far as it is written. The reply takes its place, whatever it says.
PREVIEW = f"""
{_FENCED_WITH_CHUNKS}, growing as (
    select m.id, m.reply_address from messages m join fenced on m.conversation_id = fenced.id
    where m.id = %(message_id)s and m.state = 'pending'
)
insert into deliveries (
    message_id, conversation_id, platform, workspace, reply_address, text, link_hosts, is_preview, chunk_ids
)
select growing.id, fenced.id, fenced.platform, fenced.workspace, growing.reply_address, %(text)s,
    %(link_hosts)s::text[], true, %(chunk_ids)s::bigint[]
from fenced, growing where is_current
{_IN_ITS_PLACE}
returning pg_notify(%(delivery_channel)s, '')
"""  # noqa: S608 (constants put together)

# Nothing of the conversation is due before the postponed message is.
POSTPONE = f"""
{_FENCED}, postponed as (
    update messages m set attempts = attempts + 1, last_error = %(error)s,
        due_at = now() + %(delay_s)s * interval '1 second'
    from fenced where m.id = %(message_id)s and m.state = 'pending'
)
update conversations c set lease_owner = null, lease_until = null from fenced where c.id = fenced.id returning c.id
"""  # noqa: S608 (constants put together)
_HELD = "from unnest(%(ids)s::bigint[], %(fences)s::bigint[]) held (id, fence) where c.id = held.id"
RENEW = f"""
update conversations c set lease_until = now() + %(lease_s)s * interval '1 second'
{_HELD} and c.lease_fence = held.fence and c.lease_until is not null
"""  # noqa: S608 (constants put together)
# The fence rises: whoever still works under the lease can't write any more.
RELEASE = f"""
update conversations c set lease_owner = null, lease_until = null, lease_fence = lease_fence + 1
{_HELD} and c.lease_fence = held.fence
"""  # noqa: S608 (constants put together)
