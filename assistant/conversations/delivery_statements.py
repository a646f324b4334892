"""The SQL of deliveries: claimed, recorded, and made to be shown anew."""

from __future__ import annotations

# What is shown for a message waits for what was answered earlier in its conversation, so that replies appear in order.
# What answers below another delivery waits until that is visible. The assistant's words are void once a human is in the
# conversation; nothing is sent between this look and the platform's call.
# Materialized, as a rescan would pass over the rows that were just updated, and claim more than the limit.
CLAIM = """
with claimed as materialized (
    select id, state from deliveries due
    where platform = %(platform)s and (%(workspace)s::text is null or workspace = %(workspace)s)
      and (state = 'pending' and due_at <= now() or state = 'sending' and claimed_until < now())
      and id <> all(%(in_hand)s::bigint[])
      and not exists (
          select from deliveries earlier
          where earlier.conversation_id = due.conversation_id and earlier.id < due.id
            and earlier.state in ('pending', 'sending')
      )
      and (below_id is null or exists (
          select from deliveries above where above.id = due.below_id and above.platform_message_ids <> '{}'
      ))
      and (%(previews)s or not is_preview)
    order by id limit %(limit)s
    for update skip locked
)
update deliveries d set
    state = 'sending', claimed_by = %(owner)s, claimed_until = now() + %(claim_s)s * interval '1 second',
    attempts = d.attempts + 1, may_be_shown = d.may_be_shown or claimed.state = 'sending', updated_at = now()
from claimed
where d.id = claimed.id
returning d.id, d.attempts, d.revision, d.parts_sent, d.platform_message_ids, d.may_be_shown,
    (
        select d.reply_address || case when above.id is null then '{}'::jsonb else jsonb_build_object(
            'thread', above.platform_message_ids[1], 'message_id', above.platform_message_ids[1], 'is_direct', false
        ) end
        from (select) one left join deliveries above on above.id = d.below_id
    ),
    case when d.is_reply and exists (
        select from handoffs h
        where h.conversation_id = d.conversation_id and h.closed_at is null and h.human_since is not null
    ) then '' else d.text end,
    d.sources, d.link_hosts, d.buttons, d.is_preview, d.is_reply, d.about,
    array(select m.reply_address from messages m where m.joined_to = d.message_id)
"""

# Every write names the claim, so that a gateway that lost its claim changes nothing. What was changed meanwhile (its
# revision rose) is due again, whatever became of the old text; what is visible is known all the same.
_OURS = "id = %(id)s and state = 'sending' and claimed_by = %(owner)s and attempts = %(attempts)s"
PROGRESS = f"""
update deliveries set
    parts_sent = case when revision = %(revision)s then %(parts_sent)s else 0 end, platform_message_ids = %(shown)s,
    may_be_shown = false, claimed_until = now() + %(claim_s)s * interval '1 second', updated_at = now()
where {_OURS}
"""  # noqa: S608 (constants put together)
FINISH = f"""
update deliveries set
    state = case when revision = %(revision)s then %(state)s else 'pending' end,
    parts_sent = case when revision = %(revision)s then %(parts_sent)s else 0 end,
    attempts = case when revision = %(revision)s then attempts else 0 end,
    platform_message_ids = %(shown)s, may_be_shown = %(may_be_shown)s, last_error = %(error)s,
    due_at = now() + %(delay_s)s * interval '1 second',
    updated_at = now()
where {_OURS}
"""  # noqa: S608 (constants put together)
RENEW = """
update deliveries set claimed_until = now() + %(claim_s)s * interval '1 second'
where id = any(%(in_hand)s::bigint[]) and state = 'sending' and claimed_by = %(owner)s
"""

# Set with whatever changes what a delivery says: it is due again, from its first part. One that is just being sent is
# left to its gateway, which learns that the revision rose; one that waits as the platform asked it to waits on.
SHOWN_ANEW = """
        revision = deliveries.revision + 1, parts_sent = 0, due_at = greatest(deliveries.due_at, now()),
        attempts = case when deliveries.state = 'sending' then deliveries.attempts else 0 end,
        state = case when deliveries.state = 'sending' then 'sending' else 'pending' end
"""
