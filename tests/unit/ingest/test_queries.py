"""Files of queries."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.vector_store.scope import Scope
from ingest.errors import QueriesUnreadable
from ingest.queries import BATCH_QUERIES, Query, read_queries, search_all
from tests.fakes.counting_embedder import CountingEmbedder
from tests.fakes.vector_store import FakeVectorStore


def test_queries_keep_their_ids(tmp_path: Path) -> None:
    """Numbers stay numbers, text stays text; empty lines, other keys and Unicode's line ends don't matter."""
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": 1, "query": "a"}\n\n{"query": "b\u2028c", "id": "1", "gold": []}\r\n', "utf-8")
    assert read_queries(path) == [Query(1, "a"), Query("1", "b\u2028c")]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ('{"id": 1, "query": "caf\udce9"}', "is no JSON"),
        ("[1]", 'has no "id"'),
        ('{"query": "a"}', 'has no "id"'),
        ('{"id": true, "query": "a"}', 'has no "id"'),
        ('{"id": 1}', 'has no "query"'),
        ('{"id": 1, "query": " "}', 'has no "query"'),
        ('{"id": 1, "query": ["a"]}', 'has no "query"'),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: str, fault: str) -> None:
    """By its number, with what a line must be."""
    path = tmp_path / "q.jsonl"
    path.write_bytes(b'{"id": 0, "query": "a"}\n\n' + line.encode("utf-8", "surrogateescape") + b"\n")
    with pytest.raises(QueriesUnreadable, match=rf"q\.jsonl line 3 {fault}.*each line must be"):
        read_queries(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """One line."""
    with pytest.raises(QueriesUnreadable, match=r"none\.jsonl can't be read"):
        read_queries(tmp_path / "none.jsonl")


def test_every_query_is_answered_in_order() -> None:
    """Also when there are more than a batch."""
    queries = [Query(number, "a") for number in range(BATCH_QUERIES + 3)]
    found = list(search_all(queries, CountingEmbedder(), FakeVectorStore(), Scope.of("default"), top_k=5))
    assert found == [(query, []) for query in queries]
