"""A worker: takes the messages of a conversation in order, and commits a reply to each."""

from __future__ import annotations

import logging
import random
import threading
import time
from typing import Protocol

from assistant.conversations.model import Answer, Lease, LeaseLost, PastTurn, PendingMessage
from assistant.conversations.store import ConversationStore
from assistant.errors import AssistantError
from assistant.leases import LeaseRenewer
from prompts.errors import PromptError

_log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
HISTORY_TURNS = 20


class Answers(Protocol):
    """What a worker needs of the answering part."""

    def answer(self, message: PendingMessage, history: list[PastTurn], knowledge_set: str) -> Answer: ...

    def apologise(self, error: Exception) -> Answer: ...


class ConversationWorker:
    """Answers messages; safe to share between threads."""

    def __init__(self, store: ConversationStore, answers: Answers, renewer: LeaseRenewer) -> None:
        self._store = store
        self._answers = answers
        self._renewer = renewer
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Begin no further message."""
        self._stopping.set()

    def answer_message(self, message_id: int) -> None:
        """Answer the message and all that wait in its conversation; nothing if another worker is at it."""
        lease = self._store.lease(message_id)
        if lease is None:
            return
        with self._renewer.holding(lease):
            try:
                self._drain(lease)
            except LeaseLost:
                _log.warning("conversation was taken over", extra={"conversation_id": lease.conversation_id})
            except BaseException:
                self._store.release(lease, force=True)
                raise

    def _drain(self, lease: Lease) -> None:
        while not self._stopping.is_set():
            message = self._store.next_message(lease)
            if message is not None and message.is_due:
                self._take(lease, message)
            elif self._store.release(lease):
                return
        self._store.release(lease, force=True)

    def _take(self, lease: Lease, message: PendingMessage) -> None:
        started = time.monotonic()
        try:
            history = self._store.history(lease, message.id, HISTORY_TURNS)
            answer = self._answers.answer(message, history, lease.knowledge_set)
        except Exception as exc:  # noqa: BLE001 (the boundary of the job: the customer gets a reply whatever it is)
            self._fail(lease, message, exc)
        else:
            self._store.reply(lease, message.id, answer)
            self._log_answer(lease, message, answer.decision, time.monotonic() - started)

    def _fail(self, lease: Lease, message: PendingMessage, error: Exception) -> None:
        """Try again later, or apologise when that is useless or was done often enough."""
        is_final = isinstance(error, PromptError) or (isinstance(error, AssistantError) and not error.retryable)
        facts = _told(error) | {"message_id": message.id, "conversation_id": lease.conversation_id}
        if is_final or message.attempts + 1 >= MAX_ATTEMPTS:
            _log.error("message could not be answered", extra=facts)
            self._store.reply(lease, message.id, self._answers.apologise(error))
        else:
            _log.warning("message will be tried again", extra=facts)
            self._store.postpone(lease, message.id, _backoff_s(message.attempts, error), type(error).__name__)

    def _log_answer(self, lease: Lease, message: PendingMessage, decision: str, duration_s: float) -> None:
        facts = {"message_id": message.id, "conversation_id": lease.conversation_id, "decision": decision}
        _log.info("message was answered", extra=facts | {"action": "answer", "duration_s": round(duration_s, 3)})


def _told(error: Exception) -> dict[str, object]:
    """Our own errors speak to the operator; a foreign one's text could quote a customer."""
    reason: dict[str, object] = {"reason": str(error)} if isinstance(error, AssistantError | PromptError) else {}
    return {"error": type(error).__name__} | reason


def _backoff_s(attempts: int, error: Exception) -> float:
    """1, 2, 4, 8 s with jitter of a half, or what the server asked for."""
    wished: float = getattr(error, "retry_after_s", None) or 0.0
    return max(wished, 2.0**attempts * random.uniform(0.75, 1.25))  # noqa: S311 (jitter, no secret)
