"""What a search gives before neighbours are joined."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FoundChunk:
    """One chunk that was found. `position` within its document. `distance`: see RetrievedChunk."""

    id: int
    document_id: int
    uri: str
    title: str
    heading_path: tuple[str, ...]
    anchor: str
    text: str
    position: int
    token_count: int
    is_pair: bool
    distance: float
    relevance: float
