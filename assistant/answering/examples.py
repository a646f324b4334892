"""Good replies to other questions, shown to the model as examples."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np

from assistant.conversations.model import Lease
from assistant.conversations.rated import RatedExchange
from assistant.embedding.base import Vectors
from assistant.vector_store.scope import Scope

MOST_EXAMPLES = 3
EMBEDDED_AT_ONCE = 32
"""Questions that were not embedded yet; more of them wait for the next question, lest this one's asker waits."""
REMEMBERED = 4096
"""Vectors in memory: 6 MB of 384 dimensions. No text is kept."""

ExamplesFor = Callable[[str], Sequence[RatedExchange]]
"""Gives examples for a question, the nearest first."""


def no_examples(_: str) -> Sequence[RatedExchange]:
    """For answers outside of any conversation."""
    return ()


class Rated(Protocol):
    """What knows the rated exchanges: see conversations.rated."""

    def seen_in(self, lease: Lease, audiences: Sequence[str]) -> Sequence[RatedExchange]: ...


class Embeds(Protocol):
    """What embeds questions as they are searched: gives the model's name and unit vectors, None without any set."""

    def embedded(self, scope: Scope, texts: Sequence[str]) -> tuple[str, Vectors] | None: ...


class Examples:
    """Finds the examples that are nearest to a question. Safe to share between threads."""

    def __init__(self, rated: Rated, embeds: Embeds) -> None:
        self._rated = rated
        self._embeds = embeds
        self._vectors: OrderedDict[bytes, tuple[str, Vectors]] = OrderedDict()
        self._lock = threading.Lock()

    def nearest(self, lease: Lease, scope: Scope, question: str) -> Sequence[RatedExchange]:
        """At most MOST_EXAMPLES, the nearest first. Raises AssistantError."""
        rated = self._rated.seen_in(lease, scope.audiences)
        with self._lock:
            unknown = [each for each in rated if _key(scope, each.question) not in self._vectors][:EMBEDDED_AT_ONCE]
        texts = [question, *(each.question for each in unknown)]
        embedded = self._embeds.embedded(scope, texts) if rated else None
        if embedded is None:
            return ()
        model, vectors = embedded
        self._remember(
            {_key(scope, each.question): (model, row) for each, row in zip(unknown, vectors[1:], strict=True)}
        )
        near = [(float(np.dot(vectors[0], vector)), each) for each, vector in self._known(scope, rated, model)]
        near.sort(key=lambda pair: (-pair[0], -pair[1].reply_id))
        return tuple(each for _, each in near[:MOST_EXAMPLES])

    def _remember(self, vectors: Mapping[bytes, tuple[str, Vectors]]) -> None:
        with self._lock:
            self._vectors |= vectors
            while len(self._vectors) > REMEMBERED:
                self._vectors.popitem(last=False)

    def _known(
        self, scope: Scope, rated: Sequence[RatedExchange], model: str
    ) -> Iterator[tuple[RatedExchange, Vectors]]:
        """Those with their vectors by that model; what another one made is forgotten, as the sets have left it."""
        with self._lock:
            for each in rated:
                key = _key(scope, each.question)
                made_by, vector = self._vectors.get(key, ("", None))
                if vector is not None and made_by == model:
                    yield each, vector
                elif vector is not None:
                    del self._vectors[key]


def _key(scope: Scope, question: str) -> bytes:
    text = "\0".join((*scope.knowledge_sets, question))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
