"""The SQL that erases what people wrote: all of one person at once, and what is older than texts are kept."""

from __future__ import annotations

# What explains an answer without any word of people's: numbers, and where its passages are from.
_WORDLESS = """
    prompt = '', searched = '[]', checks = '{}', said_since = null,
    gate = coalesce((
        select jsonb_object_agg(key, value) from jsonb_each(t.gate)
        where jsonb_typeof(value) in ('number', 'boolean', 'null')
    ), '{}'),
    chunks = coalesce((select jsonb_agg(c - 'text') from jsonb_array_elements(t.chunks) c), '[]')
"""

# The `chosen` messages are as never written, and what was answered to them too. What the assistant and human agents
# said in the same conversations since then may repeat them, and so may what was answered after that example: it is
# erased, and no later answer is built on it. The text of other people stays. What is just being sent is shown first. An
# answer that is being made with the chosen messages before its eyes is void: it is made anew without them. Of the
# notices to the agents nothing stays either.
_FORGET = """
forgotten as (
    update messages m set text = '', author_name = '', attachments = '{}', joined_to = null, erased_at = now(),
        erase_when_done = false, state = case when m.state = 'pending' then 'pending' else 'deleted' end
    from chosen where m.id = chosen.id
    returning m.id, m.conversation_id, m.received_at
), touched as (
    select conversation_id, min(received_at) as since from forgotten group by conversation_id
), voided as (
    update conversations c set lease_fence = lease_fence + 1, lease_owner = null, lease_until = null
    from touched
    where c.id = touched.conversation_id and c.id is distinct from %(conversation_id)s::bigint
      and c.lease_until is not null
), unsaid as (
    delete from replies using forgotten where replies.message_id = forgotten.id returning replies.id
), said_there as (
    select r.id, r.message_id from replies r join touched on touched.conversation_id = r.conversation_id
    where r.created_at >= touched.since and not exists (select from forgotten where forgotten.id = r.message_id)
), followed as (
    select t.reply_id as id from traces t
    where t.example_ids <> '{}'
      and t.example_ids && array(select id from unsaid union all select id from said_there)
), tainted as (
    update replies r set text = '', sources = '[]', is_withdrawn = true
    where r.id in (select id from said_there union select id from followed)
      and not exists (select from forgotten where forgotten.id = r.message_id)
    returning r.id, r.message_id
), wordless as (
    update traces t set {wordless} from tainted where t.reply_id = tainted.id
), agents as (
    update messages m set text = '', author_name = '', attachments = '{}', erased_at = now() from touched
    where m.conversation_id = touched.conversation_id and m.received_at >= touched.since and m.role = 'agent'
      and not exists (select from forgotten where forgotten.id = m.id)
    returning m.id
), notices as (
    select h.notice_id as id from handoffs h join touched on touched.conversation_id = h.conversation_id
), gone as (
    select d.id from deliveries d where d.message_id in (
        select id from forgotten union all select message_id from tainted union all select id from agents
    )
    union
    select d.id from notices join deliveries d on d.id = notices.id or d.below_id = notices.id
)
update deliveries d set
    text = case when d.state in ('pending', 'sending') then d.text else '' end,
    sources = case when d.state in ('pending', 'sending') then d.sources else '[]' end,
    erase_when_done = d.state in ('pending', 'sending')
from gone where d.id = gone.id
""".replace("{wordless}", _WORDLESS)

# No answer is committed in the author's conversations, nor one after their example, while what was said is erased.
LOCK_AUTHORS = """
with locked as materialized (
    select c.id from conversations c
    where c.platform = %(platform)s and c.workspace = %(workspace)s and c.id in (
        select m.conversation_id from messages m where m.author_id = %(author_id)s
    )
    order by c.id for update
), held as materialized (
    select r.id from replies r join locked on locked.id = r.conversation_id order by r.id for update of r
)
select count(*) from held
"""
# All that the author ever wrote on the platform. What still waits in other conversations is answered first.
FORGET = f"""
with written as (
    select m.id, m.state = 'pending' and m.id <> all(%(ids)s::bigint[]) as is_waiting
    from messages m join conversations c on c.id = m.conversation_id
    where c.platform = %(platform)s and c.workspace = %(workspace)s and m.author_id = %(author_id)s
      and m.erased_at is null
), chosen as (
    select id from written where not is_waiting
), waiting as (
    update messages m set erase_when_done = true from written where m.id = written.id and written.is_waiting
), unrated as (
    delete from ratings using replies r, conversations c
    where r.id = ratings.reply_id and c.id = r.conversation_id and c.platform = %(platform)s
      and c.workspace = %(workspace)s and ratings.author_id = %(author_id)s
), {_FORGET}
"""  # noqa: S608 (constants put together)
ANSWERED = """
with answered as materialized (
    select id, conversation_id from messages where erase_when_done and state <> 'pending' order by id limit %(batch)s
), locked as materialized (
    select id from conversations where id in (select conversation_id from answered) order by id for update
), held as materialized (
    select r.id from replies r join locked on locked.id = r.conversation_id order by r.id for update of r
)
select answered.id from answered join locked on locked.id = answered.conversation_id
where (select count(*) from held) >= 0
"""
FORGET_ANSWERED = f"""
with chosen as (
    select id from messages where id = any(%(ids)s::bigint[]) and erase_when_done and state <> 'pending'
), {_FORGET}
"""  # noqa: S608 (constants put together)
# What no gateway has sent within the time in which sends are tried, none will.
FORGET_SHOWN = """
update deliveries set text = '', sources = '[]', erase_when_done = false where id in (
    select id from deliveries
    where erase_when_done and (state not in ('pending', 'sending') or updated_at < now() - interval '2 hours')
    order by id limit %(batch)s for update skip locked
)
"""

# A message that waits is kept until it is answered. What is just being sent goes once it is shown.
ERASE_MESSAGES = """
with old as (
    select id from messages
    where erased_at is null and received_at < now() - %(keep_days)s * interval '1 day' and state <> 'pending'
    order by received_at limit %(batch)s for update skip locked
), erased as (
    update messages m set text = '', author_name = '', attachments = '{}', erased_at = now(), erase_when_done = false
    from old where m.id = old.id
    returning m.id
), unsaid as (
    update replies r set text = '', sources = '[]' from erased where r.message_id = erased.id
)
update deliveries d set
    text = case when d.state in ('pending', 'sending') then d.text else '' end,
    sources = case when d.state in ('pending', 'sending') then d.sources else '[]' end,
    erase_when_done = d.state in ('pending', 'sending')
from erased where d.message_id = erased.id
"""
ERASE_TRACES = f"""
update traces t set {_WORDLESS} where t.reply_id in (
    select reply_id from traces where said_since < now() - %(keep_days)s * interval '1 day'
    order by said_since limit %(batch)s for update skip locked
)
"""  # noqa: S608 (constants put together)
ERASE_NOTICES = """
update deliveries set text = '', sources = '[]' where id in (
    select id from deliveries
    where message_id is null and text <> '' and updated_at < now() - %(keep_days)s * interval '1 day'
    order by updated_at limit %(batch)s for update skip locked
)
"""
