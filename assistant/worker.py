"""A worker: takes the turns of a conversation in order, and commits a reply to each."""

from __future__ import annotations

import contextlib
import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from assistant.answering.preview import Places
from assistant.conversations.model import Answer, Lease, LeaseLost, Outdated, PastTurn, PendingMessage, Work
from assistant.conversations.store import ConversationStore
from assistant.errors import AssistantError, DatabaseUnavailable
from assistant.leases import LeaseRenewer
from prompts.errors import PromptError

_log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
COMMIT_RETRIES_S = (0.5, 1.0, 2.0, 4.0)
"""An answer that is there is worth more than one try to store it: Postgres may just be starting again."""

Done = TypeVar("Done")
Show = Callable[[str, Sequence[str], Sequence[int]], None]
"""Lets people see the text so far, in which links may lead to those hosts, made from those chunks."""


class Answers(Protocol):
    """What a worker needs of the answering part."""

    def answer(
        self, message: PendingMessage, history: Sequence[PastTurn], lease: Lease, show: Show | None = None
    ) -> Answer: ...

    def apologise(self, message: PendingMessage, lease: Lease, error: Exception) -> Answer: ...


class ConversationWorker:
    """Answers messages; safe to share between threads."""

    def __init__(self, store: ConversationStore, answers: Answers, renewer: LeaseRenewer) -> None:
        self._store = store
        self._answers = answers
        self._renewer = renewer
        self._places = Places()
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Begin no further message."""
        self._stopping.set()

    def answer_message(self, message_id: int) -> None:
        """Answer the message and all that wait in its conversation; nothing if another worker is at it. Raises
        DatabaseUnavailable: then the lease runs out, and the sweeper wakes the message again."""
        if self._stopping.is_set():
            return
        work = self._store.take(message_id)
        try:
            while work is not None and not self._stopping.is_set():
                with self._renewer.holding(work.lease):
                    work = self._turn(work)
        except LeaseLost as exc:
            _log.warning("an answer was void", extra={"action": "answer", "message_id": message_id, "reason": str(exc)})
        else:
            if work is not None:
                self._store.release([work.lease])

    def _turn(self, work: Work) -> Work | None:
        """Answer one turn; gives the next one, if any is due, or the same one where documents changed under it."""
        try:
            return self._answered(work)
        except Outdated as exc:
            _log.info("an answer was outdated", extra=_told(exc) | {"message_id": work.messages[0].id})
        # What was said before may be withdrawn with the documents: it is read again.
        self._store.release([work.lease])
        return self._store.take(work.messages[0].id)

    def _answered(self, work: Work) -> Work | None:
        """Answer one turn; gives the next one, if any is due. Raises Outdated."""
        started = time.monotonic()
        question = work.question
        try:
            with self._places.one() as is_free:
                may_preview = question.may_preview and not question.is_overheard
                show = self._show(work) if may_preview and is_free else None
                answer = self._answers.answer(question, work.history, work.lease, show)
        except DatabaseUnavailable:
            self._leave(work)
            raise
        except Exception as exc:  # noqa: BLE001 (the boundary of the job: the customer gets a reply whatever it is)
            return self._fail(work, exc)
        following = self._committed(lambda: self._store.reply(work, answer))
        facts = {"message_id": question.id, "conversation_id": work.lease.conversation_id, "decision": answer.decision}
        duration_s = round(time.monotonic() - started, 3)
        _log.info("message was answered", extra=facts | {"action": "answer", "duration_s": duration_s})
        return following

    def _show(self, work: Work) -> Show:
        """What shows the answer as far as it is written. That it can't be shown yet is no reason to give it up."""

        def show(text: str, link_hosts: Sequence[str], chunk_ids: Sequence[int]) -> None:
            with contextlib.suppress(DatabaseUnavailable):
                self._store.preview(work, text, link_hosts, chunk_ids)

        return show

    def _fail(self, work: Work, error: Exception) -> Work | None:
        """Try again later, or apologise when that is useless or was done often enough."""
        message = work.messages[0]
        is_final = isinstance(error, PromptError) or (isinstance(error, AssistantError) and not error.retryable)
        facts = _told(error) | {"message_id": message.id, "conversation_id": work.lease.conversation_id}
        if is_final or message.attempts + 1 >= MAX_ATTEMPTS:
            _log.error("message could not be answered", extra=facts)
            apology = self._answers.apologise(work.question, work.lease, error)
            return self._committed(lambda: self._store.reply(work, apology))
        _log.warning("message will be tried again", extra=facts)
        delay_s = _backoff_s(message.attempts, error)
        self._committed(lambda: self._store.postpone(work, delay_s, type(error).__name__))
        return None

    def _committed(self, write: Callable[[], Done]) -> Done:
        """What `write` gives; tried for some seconds while Postgres is away. The fence makes each try safe."""
        for wait_s in COMMIT_RETRIES_S:
            try:
                return write()
            except DatabaseUnavailable:
                self._store.drop_broken_connections()
                self._stopping.wait(wait_s)
        return write()

    def _leave(self, work: Work) -> None:
        """Postgres failed under way: that is no failed attempt, and with a new connection it may go on at once."""
        self._store.drop_broken_connections()
        self._store.release([work.lease])


def _told(error: Exception) -> dict[str, object]:
    """Our own errors speak to the operator; a foreign one's text could quote a customer."""
    reason: dict[str, object] = {"reason": str(error)} if isinstance(error, AssistantError | PromptError) else {}
    return {"action": "answer", "error": type(error).__name__} | reason


def _backoff_s(attempts: int, error: Exception) -> float:
    """1, 2, 4, 8 s with jitter of a half, or what the server asked for."""
    wished: float = getattr(error, "retry_after_s", None) or 0.0
    return max(wished, 2.0**attempts * random.uniform(0.75, 1.25))  # noqa: S311 (jitter, no secret)
