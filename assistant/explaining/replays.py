"""Questions of the past, one after the other: looked up first, then asked once more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

import click

from assistant import wiring
from assistant.answering.examples import Examples
from assistant.config import Settings
from assistant.conversations.asked_before import AskedBefore, asked_before
from assistant.conversations.rated import RatedExchanges
from assistant.database import connect, database_errors
from assistant.errors import AssistantError
from assistant.explaining import statements
from assistant.explaining.explanation import Explanation
from assistant.explaining.explanations import explain, find_message
from assistant.explaining.outcome import Replay, new_outcome, stored_outcome
from assistant.explaining.reference import NoSuchMessage, read_reference
from assistant.explaining.replayer import Replayer
from prompts.errors import PromptError
from prompts.persona import load_persona

POOL = 2


@dataclass(frozen=True, slots=True)
class Failed:
    """A question that could not be answered once more."""

    message_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the past, and what came of it then."""

    question: AskedBefore
    explanation: Explanation


def asked(settings: Settings, references: Sequence[str], last: int | None) -> list[Asked]:
    """The questions that are named, or the newest ones, oldest first. Raises click.UsageError where one is unknown, or
    can't be asked again."""
    with database_errors(), connect(settings.database_url) as connection:
        if last is not None:
            rows = connection.execute(statements.NEWEST_ANSWERED, {"limit": last}).fetchall()
            ids = [message_id for (message_id,) in reversed(rows)]
        else:
            try:
                ids = [find_message(connection, read_reference(each)) for each in references]
            except NoSuchMessage as exc:
                raise click.UsageError(str(exc)) from exc
        explanations = [explain(connection, message_id) for message_id in dict.fromkeys(ids)]
    return [Asked(_question(settings, each), each) for each in explanations]


def replayed(
    settings: Settings, questions: Sequence[Asked], *, template: str = "", knowledge_set: str = ""
) -> Iterator[Replay | Failed]:
    """What comes of each of them now."""
    if not questions:
        return
    with (
        wiring.database_pool(settings, POOL) as pool,
        wiring.retriever(settings, pool) as passages,
        closing(wiring.language_model(settings)) as model,
    ):
        if knowledge_set and wiring.vector_store(pool).find_set(knowledge_set) is None:
            raise click.UsageError(f"--knowledge-set: there is no knowledge set {knowledge_set!r}")
        answerer = wiring.answerer(settings, passages, model, pool)
        manners = wiring.manners(settings)
        examples = Examples(RatedExchanges(pool), passages)
        chosen = {"knowledge_set": knowledge_set, "template": template}
        replayer = Replayer(answerer, manners, load_persona, examples=examples, **chosen)
        for each in questions:
            yield _replayed(replayer, each)


def _replayed(replayer: Replayer, asked: Asked) -> Replay | Failed:
    message = asked.question.message
    before = stored_outcome(asked.explanation)
    try:
        answer = replayer.replay(asked.question, before.prompt_version)
    except (AssistantError, PromptError) as exc:
        return Failed(message.id, " ".join(str(exc).split()))
    return Replay(message.id, message.text, before, new_outcome(answer))


def _question(settings: Settings, explanation: Explanation) -> AskedBefore:
    found = asked_before(settings.database_url, explanation.asked.message_id)
    if found is None:
        message_id = explanation.asked.message_id
        raise click.UsageError(f"message {message_id} is no question that can be asked again: a command, or erased")
    return found
