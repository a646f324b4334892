"""Queries of many threads, embedded together."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

from assistant.embedding.base import QueryEmbedder, Vectors

DEFAULT_MAX_BATCH = 32


class _Request:
    """One caller's texts, and what became of them."""

    __slots__ = ("done", "error", "texts", "vectors")

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = list(texts)
        self.done = threading.Event()
        self.vectors: Vectors | None = None
        self.error: Exception | None = None

    def result(self) -> Vectors:
        self.done.wait()
        if self.error is not None:
            raise self.error
        assert self.vectors is not None  # noqa: S101 - set before `done`, where there is no error
        return self.vectors


class BatchingEmbedder:
    """A QueryEmbedder above another: what arrives while the model runs becomes its next batch, at once when it is idle.

    A batch holds whole calls of up to `max_batch` texts together; a longer call is a batch by itself. Each caller gets
    the rows of its own texts, and only its own error: when a batch fails, each call of it is tried alone once. The
    queries run in one thread (started with the first), since torch keeps a pool of threads for every caller. What waits
    is bounded by the callers, one call each. After `close`, which lets the waiting finish, queries raise RuntimeError.
    """

    def __init__(self, embedder: QueryEmbedder, max_batch: int = DEFAULT_MAX_BATCH) -> None:
        if max_batch < 1:
            raise ValueError("max_batch must be at least 1")
        self._embedder = embedder
        self._max_batch = max_batch
        self._waiting: deque[_Request] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def model_name(self) -> str:
        return self._embedder.model_name

    @property
    def waiting(self) -> int:
        """How many calls wait for the next batch."""
        return len(self._waiting)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        request = _Request(texts)
        with self._changed:
            if self._closed:
                raise RuntimeError("the embedder is closed")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="embedding", daemon=True)
                self._thread.start()
            self._waiting.append(request)
            self._changed.notify()
        return request.result()

    def close(self) -> None:
        """Finish what waits and end the thread. May be called twice."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while batch := self._next_batch():
            _embed(self._embedder, batch)

    def _next_batch(self) -> list[_Request]:
        """The calls that came first, as many as fit, waiting for one if need be; none when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            batch: list[_Request] = []
            size = 0
            while self._waiting and (not batch or size + len(self._waiting[0].texts) <= self._max_batch):
                batch.append(self._waiting.popleft())
                size += len(batch[-1].texts)
            return batch


def _embed(embedder: QueryEmbedder, batch: list[_Request]) -> None:
    """Give each call of the batch its rows or its error."""
    try:
        rows = embedder.embed_queries([text for request in batch for text in request.texts])
    except Exception as exc:  # noqa: BLE001 - whatever it is, it is the callers' to see, and the thread goes on
        if len(batch) > 1:
            for request in batch:
                _embed(embedder, [request])
            return
        batch[0].error = exc
    else:
        start = 0
        for request in batch:
            request.vectors = rows[start : start + len(request.texts)]
            start += len(request.texts)
    for request in batch:
        request.done.set()
