"""Retrieved chunks for tables."""

from __future__ import annotations

from assistant.vector_store.base import RetrievedChunk


def chunk(number: int, distance: float, uri: str = "file:///faq/returns.md", **fields: str) -> RetrievedChunk:
    """The chunk with that id at that distance."""
    return RetrievedChunk(
        chunk_id=number,
        uri=uri,
        title=fields.get("title", "Returns"),
        heading=fields.get("heading", ""),
        anchor=fields.get("anchor", ""),
        text=f"text of {number}",
        distance=distance,
    )
