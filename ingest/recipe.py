"""How documents are read and split, in short."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from ingest.loaders.options import ReadingHints
from ingest.split import SPLITTER_VERSION, SplitOptions

LOADERS_VERSION = 2
"""Raised whenever a loader gives another text for the same bytes: what was read before is read again then."""


def recipe_of(options: SplitOptions, hints: ReadingHints | None = None) -> str:
    """12 hex digits, other ones as soon as the same bytes may give other chunks. It loads no model."""
    facts = [LOADERS_VERSION, SPLITTER_VERSION, asdict(options), asdict(hints or ReadingHints())]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]
