"""How nearness in meaning and matching words become one value.

A chunk's fused distance is its cosine distance d, shortened by how well it holds the question's words:

    d * (1 - weight * lexical / best lexical)

where `lexical` is BM25 (see lexical_matches in infra/migrations/0004.knowledge.sql). Words shorten a long distance by
much and a short one by little: where the meaning is clear they hardly count. They count less in question-answer pairs,
which are embedded by their question alone and so lie near to whoever asks the same; a passage's vector sums up many
sentences, and loses single words.

Reciprocal ranks (Cormack, Clarke, Büttcher, SIGIR 2009) take no account of how much better one of the two lists is, and
lost up to 0.045 of recall to it on the question-answer sets that they were measured on; docs/retrieval.md has the
figures. That values fuse better than ranks is known: Bruch, Gai, Ingber, An Analysis of Fusion Functions for Hybrid
Retrieval, 2022 (https://arxiv.org/abs/2210.11934).
"""

from __future__ import annotations

PASSAGE_WEIGHT = 0.65
PAIR_WEIGHT = 0.1
"""Reckoned in memory on seven sets, none loses against the better of the two with 0.65 for passages (with 0.6 or 0.7
one of 100 questions on one set) and 0.1 to 0.3 for pairs; with 0.2 in the database two of 244 questions were lost."""

LEXICAL_CANDIDATES = 20
"""Chunks that full text adds to those that lie nearest."""
LEXICAL_BOUND = 120
"""Chunks that hold the rarest words and are looked at for that. With 60 the recall@1 of the hardest set fell by 0.02,
above 120 nothing changed any more."""
FULL_TEXT_BOUND = 1000
"""The same where full text searches alone."""
