"""Texts that ask for the same thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.embedding.base import Vectors

MAX_CLUSTER_DISTANCE = 0.4
"""From the text that a cluster was begun with."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Places in the list that was given; the `first` is the one that has the most others near it."""

    first: int
    members: tuple[int, ...]


def clusters(vectors: Vectors, max_distance: float = MAX_CLUSTER_DISTANCE) -> list[Cluster]:
    """The largest first. Greedy: the text with the most others within reach takes them, then the next of the rest; so
    the order of the texts plays no part but in ties. Memory for n texts: n² bytes."""
    near = _near(vectors, max_distance)
    is_free = np.ones(len(vectors), dtype=np.bool_)
    found: list[Cluster] = []
    counts = near.sum(axis=1)
    while is_free.any():
        first = int(np.argmax(np.where(is_free, counts, -1)))
        taken = np.flatnonzero(near[first] & is_free)
        found.append(Cluster(first, tuple(int(each) for each in taken)))
        is_free[taken] = False
        counts = counts - near[:, taken].sum(axis=1)
    return sorted(found, key=lambda cluster: (-len(cluster.members), cluster.first))


def _near(vectors: Vectors, max_distance: float, strip: int = 512) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    near = np.zeros((len(vectors), len(vectors)), dtype=np.bool_)
    for start in range(0, len(vectors), strip):
        near[start : start + strip] = 1.0 - vectors[start : start + strip] @ vectors.T <= max_distance
    np.fill_diagonal(near, val=True)
    return near


def grouped_texts(texts: Sequence[str]) -> dict[str, int]:
    """Each text once, with how often it was asked, whatever its case and blanks."""
    counts: dict[str, int] = {}
    spelled: dict[str, str] = {}
    for text in texts:
        kept = spelled.setdefault(" ".join(text.casefold().split()), text)
        counts[kept] = counts.get(kept, 0) + 1
    return counts
