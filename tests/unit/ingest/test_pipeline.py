"""The pipeline with a store in memory."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from assistant.errors import ConfigurationError
from ingest.pipeline import GROUP_CHUNKS, Destination, Outcome, Pipeline, Progress
from ingest.split import SplitOptions, Splitter
from tests.fakes.counting_embedder import CountingEmbedder
from tests.fakes.vector_store import FakeVectorStore


class Recorder(Progress):
    """Adds up what it is told."""

    def __init__(self) -> None:
        self.announced = 0
        self.done: list[int] = []

    def split(self, chunk_count: int) -> None:
        self.announced += chunk_count

    def embedded(self, chunk_count: int) -> None:
        self.done.append(chunk_count)
        assert sum(self.done) <= self.announced


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


@pytest.fixture
def store() -> FakeVectorStore:
    return FakeVectorStore()


@pytest.fixture
def pipeline(embedder: CountingEmbedder, store: FakeVectorStore) -> Pipeline:
    splitter = Splitter(embedder, SplitOptions(64, 0))
    return Pipeline(embedder, splitter, Destination(store, "faq", (("team", "sales"),)), max_document_mb=1)


def test_a_file_is_stored_with_what_is_known_of_it(
    tmp_path: Path, pipeline: Pipeline, store: FakeVectorStore, embedder: CountingEmbedder
) -> None:
    """Uri, title, hash, tags and chunks; what is embedded carries the headings."""
    path = tmp_path / "hours.md"
    path.write_text("# Hours\nNine to five.")
    assert list(pipeline.run([path])) == [Outcome(str(path), "Hours", 1)]
    [document] = store.documents("faq")
    assert (document.uri, document.title, document.tags) == (str(path), "Hours", (("team", "sales"),))
    assert document.content_hash == hashlib.sha256(path.read_bytes()).hexdigest()
    assert embedder.passages == ["Hours\n\nNine to five."]


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("a.md", "---\ntitle: Given\n---\n# Heading\ntext", "Given"),
        ("a.md", "# Heading\ntext", "Heading"),
        ("a.md", "before\n# Heading\ntext", "a"),
        ("my faq.txt", "text", "my faq"),
        ("faq.csv", "question,answer\nWhy?,Because.", "faq"),
        ("a.html", "<title>Page</title><p>text", "Page"),
    ],
)
def test_every_document_has_a_title(tmp_path: Path, pipeline: Pipeline, name: str, text: str, title: str) -> None:
    """Its own, else the heading that it begins with, else its file's name."""
    (tmp_path / name).write_text(text)
    assert [outcome.title for outcome in pipeline.run([tmp_path / name])] == [title]


def test_a_refused_file_stops_no_other(tmp_path: Path, pipeline: Pipeline, store: FakeVectorStore) -> None:
    """It is reported, and what was stored of it before stays."""
    for name in ("a.md", "b.md", "c.md"):
        (tmp_path / name).write_text(f"Text of {name}")
    paths = sorted(tmp_path.iterdir())
    assert all(outcome.error is None for outcome in pipeline.run(paths))
    (tmp_path / "b.md").write_bytes(b"\xff")
    (tmp_path / "c.md").write_text("New text")
    outcomes = {Path(outcome.uri).name: outcome.error for outcome in pipeline.run(paths)}
    assert {name: error is None for name, error in outcomes.items()} == {"a.md": True, "b.md": False, "c.md": True}
    found = store.search("faq", "counting", CountingEmbedder().embed_queries(["x"])[0], 10)
    assert sorted(hit.text for hit in found) == ["New text", "Text of a.md", "Text of b.md"]


def test_progress_is_told_in_parts(tmp_path: Path, pipeline: Pipeline) -> None:
    """A table of a thousand rows does not stand still; short files are embedded together."""
    rows = "".join(f"Question {number}?,Answer.\n" for number in range(1000))
    (tmp_path / "a.csv").write_text(f"question,answer\n{rows}")
    for number in range(10):
        (tmp_path / f"{number}.md").write_text("text")
    recorder = Recorder()
    outcomes = list(pipeline.run(sorted(tmp_path.iterdir()), recorder))
    assert [outcome.chunk_count for outcome in outcomes] == [1] * 10 + [1000]
    assert (recorder.announced, sum(recorder.done), max(recorder.done)) == (1010, 1010, GROUP_CHUNKS)


def test_the_store_of_another_model_stops_everything(
    tmp_path: Path, store: FakeVectorStore, pipeline: Pipeline
) -> None:
    """That concerns all files, and is no fault of one."""
    (tmp_path / "a.md").write_text("text")
    list(pipeline.run([tmp_path / "a.md"]))
    other = CountingEmbedder()
    other.model_name = "other"
    again = Pipeline(other, Splitter(other, SplitOptions(64, 0)), Destination(store, "faq"), max_document_mb=1)
    with pytest.raises(ConfigurationError, match="EMBEDDING_MODEL"):
        list(again.run([tmp_path / "a.md"]))
