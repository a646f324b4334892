"""A question of an evaluation as a worker would meet it."""

from __future__ import annotations

from datetime import UTC, datetime

from assistant.conversations.model import PastTurn, PendingMessage
from assistant.evaluation.questions import Question


def pending_message(question: Question) -> PendingMessage:
    """The question as a message that addresses the assistant."""
    return PendingMessage(0, "evaluation", "", question.query, 0, datetime.now(UTC), names_assistant=True)


def past_turns(question: Question) -> list[PastTurn]:
    """What was said before: a customer's message with the agent's reply is one turn."""
    turns: list[PastTurn] = []
    for message in question.history:
        if message.role == "customer":
            turns.append(PastTurn("", message.text, "", decision="answered"))
        elif turns and turns[-1].role == "customer" and not turns[-1].reply:
            turns[-1] = PastTurn("", turns[-1].text, message.text, decision="answered")
        else:
            turns.append(PastTurn("", message.text, "", role="agent"))
    return turns
