"""The SQL that looks answers up."""

from __future__ import annotations

# The message that a reference names: ours by its id, the platform's by the id of the reply or of the question. What was
# answered together goes by the first of them.
FIND_OURS = """
with found as (
    (select id from messages where %(kind)s = 'message' and id = %(id)s)
    union all (select message_id from replies where %(kind)s = 'reply' and id = %(id)s)
    union all (select message_id from replies where %(kind)s = 'last' order by id desc limit 1)
)
select coalesce(m.joined_to, m.id) from found join messages m on m.id = found.id
"""
FIND_REPLY_POST = """
select coalesce(m.joined_to, m.id) from deliveries d join messages m on m.id = d.message_id
where d.platform_message_ids @> array[%(post)s::text]
  and (%(channel)s::text = '' or d.reply_address->>'channel' = %(channel)s::text)
order by d.id desc limit 1
"""
# No index: it looks at every message.
FIND_POST = """
select coalesce(joined_to, id) from messages
where reply_address->>'message_id' = %(post)s::text
  and (%(channel)s::text = '' or reply_address->>'channel' = %(channel)s::text)
order by id desc limit 1
"""

# All that is stored of a message, each part as JSON.
EXPLAIN = """
select
    jsonb_build_object(
        'message_id', m.id, 'platform', c.platform, 'workspace', c.workspace, 'channel', c.channel, 'thread', c.thread,
        'author_id', m.author_id, 'author_name', m.author_name, 'text', m.text || coalesce((
            select string_agg(E'\\n' || j.text, '' order by j.id) from messages j where j.joined_to = m.id), ''),
        'joined', (select coalesce(jsonb_agg(j.id order by j.id), '[]') from messages j where j.joined_to = m.id),
        'knowledge_set', c.knowledge_set, 'sent_at', m.sent_at, 'state', m.state, 'is_overheard', m.is_overheard,
        'command', m.command, 'attachments', m.attachments, 'attempts', m.attempts, 'error', m.last_error,
        'erased_at', m.erased_at
    ),
    case when r.id is not null then jsonb_build_object(
        'reply_id', r.id, 'decision', r.decision, 'text', r.text, 'created_at', r.created_at,
        'is_withdrawn', r.is_withdrawn, 'sources', r.sources, 'chunk_ids', r.chunk_ids,
        'ratings', (
            select jsonb_build_object(
                'up', count(*) filter (where rating > 0), 'down', count(*) filter (where rating < 0)
            ) from ratings where reply_id = r.id
        )
    ) end,
    case when t.reply_id is not null then jsonb_build_object(
        'prompt_version', t.prompt_version, 'prompt', t.prompt, 'model_id', t.model_id, 'parameters', t.parameters,
        'searched', t.searched, 'chunks', t.chunks, 'gate', t.gate, 'checks', t.checks, 'timings_s', t.timings_s
    ) end,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'delivery_id', d.id, 'state', d.state, 'is_reply', d.is_reply, 'is_preview', d.is_preview,
            'attempts', d.attempts, 'parts_sent', d.parts_sent, 'platform_message_ids', d.platform_message_ids,
            'error', d.last_error, 'updated_at', d.updated_at
        ) order by d.id), '[]')
        from deliveries d where d.message_id = m.id
    ),
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'reason', h.reason, 'opened_at', h.opened_at, 'human_since', h.human_since, 'closed_at', h.closed_at,
            'closed_by', h.closed_by
        ) order by h.id), '[]')
        from handoffs h
        where h.conversation_id = c.id and (h.closed_at is null or h.closed_at >= m.received_at)
          and h.opened_at <= coalesce(r.created_at, now())
    )
from messages m join conversations c on c.id = m.conversation_id
left join replies r on r.message_id = m.id left join traces t on t.reply_id = r.id
where m.id = %(message_id)s
"""

# Which of the chunks there are still, and which of the documents. Of a changed text a new chunk is made.
STILL_THERE = """
select
    (select coalesce(array_agg(id), '{}') from chunks where id = any(%(chunk_ids)s::bigint[])),
    (
        select coalesce(array_agg(distinct d.uri), '{}')
        from documents d join knowledge_sets k on k.id = d.knowledge_set_id
        where d.uri = any(%(uris)s::text[]) and k.name = any(%(sets)s::text[])
    )
"""

NEWEST_ANSWERED = """
select r.message_id from replies r join messages m on m.id = r.message_id
where r.decision in ('answered', 'refused', 'quoted', 'asked_back') and m.erased_at is null
order by r.id desc limit %(limit)s
"""
