"""What is done together with an answer, in its transaction."""

from __future__ import annotations

import json
from dataclasses import asdict

from adapters.base import Button
from assistant.conversations import erasure_statements, store_statements
from assistant.conversations import handoff_statements as statements
from assistant.conversations.handoffs import Agents
from assistant.conversations.model import Deed, Forget, Handoff, Rate, TakeBack, Work
from assistant.database import storable


def lock_statement(deed: Deed) -> str:
    """What holds the conversations that the deed changes: what is stored there meanwhile waits for it, and what was
    stored before the deed sees. It is given what the deed is given."""
    return erasure_statements.LOCK_AUTHORS if isinstance(deed, Forget) else store_statements.LOCK


def deed_statement(work: Work, deed: Deed, agents: Agents) -> tuple[str, dict[str, object]]:
    """The statement of the deed, and what it needs besides what the answer's own statement is given."""
    question, lease = work.messages[0], work.lease
    author: dict[str, object] = {
        "platform": lease.platform,
        "workspace": lease.workspace,
        "author_id": question.author_id,
        "author_name": storable(question.author_name),
    }
    match deed:
        case Handoff():
            return statements.HAND_OFF, _notice(deed, agents)
        case TakeBack(notice):
            return statements.RESUME, {"agents_text": storable(notice)}
        case Forget():
            return erasure_statements.FORGET, author
        case Rate(rating, reply_id):
            calls_human = agents.serve(lease.platform)
            return statements.RATE, author | {"reply_id": reply_id, "rating": rating, "calls_human": calls_human}


def _notice(deed: Handoff, agents: Agents) -> dict[str, object]:
    if agents.address is None:
        raise ValueError("there are no agents to hand over to")
    return {
        "reason": deed.reason,
        "agents_platform": agents.address.platform,
        "agents_address": agents.address.to_json(),
        "agents_text": storable(deed.notice),
        "agents_buttons": json.dumps([asdict(Button("resume", deed.give_back))]),
        "handoff_s": agents.patience_s,
    }
