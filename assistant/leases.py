"""Keeps a worker's leases alive while it answers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.conversations.model import Lease
from assistant.conversations.store import LEASE_S, ConversationStore
from assistant.errors import DatabaseUnavailable
from assistant.presence import LiveLock

_log = logging.getLogger(__name__)


class LeaseRenewer:
    """One thread that renews all leases of this process, and its sign of life, every quarter of their time."""

    def __init__(self, store: ConversationStore, presence: LiveLock) -> None:
        self._store = store
        self._presence = presence
        self._held: dict[int, Lease] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease-renewer", daemon=True)

    def start(self) -> None:
        """Show the sign of life, then renew in the background. Raises DatabaseUnavailable."""
        self._presence.keep()
        self._thread.start()

    def stop(self) -> None:
        """End the thread and the sign of life."""
        self._stopping.set()
        self._thread.join()
        self._presence.end()

    def hand_back(self) -> None:
        """Release whatever is still held: another worker need not wait for the leases to run out."""
        with self._lock:
            held = list(self._held.values())
        if held:
            self._store.release(held)

    @contextmanager
    def holding(self, lease: Lease) -> Iterator[None]:
        """Renew the lease as long as the block runs."""
        with self._lock:
            self._held[lease.conversation_id] = lease
        try:
            yield
        finally:
            with self._lock:
                # Not another thread's, which took the conversation over after this lease had run out.
                if self._held.get(lease.conversation_id) is lease:
                    del self._held[lease.conversation_id]

    def _run(self) -> None:
        while not self._stopping.wait(LEASE_S / 4):
            with self._lock:
                held = list(self._held.values())
            try:
                self._presence.keep()
                if held:
                    self._store.renew(held)
            except DatabaseUnavailable as exc:
                _log.warning("leases could not be renewed", extra={"action": "renew", "error": type(exc).__name__})
                self._store.drop_broken_connections()
