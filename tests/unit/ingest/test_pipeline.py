"""The pipeline with a store in memory."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pytest

from assistant.embedding.base import Vectors
from assistant.errors import DatabaseUnavailable
from assistant.vector_store.base import Chunk, Document, KnowledgeSet
from ingest.chunk_vectors import SLICE_TEXTS
from ingest.errors import EmptyDocument
from ingest.pipeline import Destination, Outcome, Pipeline, Progress
from ingest.reading.base import SourceFile
from ingest.split import SplitOptions, Splitter
from ingest.stages import MAX_CHUNKS_UNDER_WAY
from ingest.sync import INCOMPLETE
from tests.fakes.counting_embedder import CountingEmbedder
from tests.fakes.reader import InProcessReader
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
    return pipeline_to(store, embedder)


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    """Whatever becomes of a run, its threads end."""
    yield
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("ingest-")] == []


def pipeline_to(store: FakeVectorStore, embedder: CountingEmbedder) -> Pipeline:
    """A pipeline into the set "faq"."""
    knowledge_set = store.open_set("faq", embedder.identity)
    destination = Destination(store, knowledge_set, (("team", "sales"),), ("staff",), "recipe", "/docs")
    return Pipeline(InProcessReader(), Splitter(embedder, SplitOptions(64, 0)), embedder, destination)


def text_file(name: str, text: str) -> SourceFile:
    """A source with that text."""
    return SourceFile(f"/docs/{name}", name, data=text.encode())


def archive(members: Mapping[str, bytes]) -> SourceFile:
    """A zip with these files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)
    return SourceFile("/docs/a.zip", "a.zip", data=packed.getvalue())


def test_a_document_is_stored_with_what_is_known_of_it(
    pipeline: Pipeline, store: FakeVectorStore, embedder: CountingEmbedder
) -> None:
    """What was given for all of them, and what is its own; what is embedded carries the headings."""
    source = text_file("hours.md", "# Hours\nNine to five.")
    assert list(pipeline.run([source])) == [
        Outcome("/docs/hours.md", "Hours", 1, new_chunks=1, source_uri="/docs/hours.md")
    ]
    [stored] = store.documents("faq")
    digest = hashlib.sha256(b"# Hours\nNine to five.").hexdigest()
    assert stored.document == Document(
        "/docs/hours.md",
        "Hours",
        digest,
        (("team", "sales"),),
        ("staff",),
        "/docs/hours.md",
        digest,
        "recipe",
        "/docs",
    )
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
def test_every_document_has_a_title(pipeline: Pipeline, name: str, text: str, title: str) -> None:
    """Its own, else the heading that it begins with, else its file's name."""
    assert [outcome.title for outcome in pipeline.run([text_file(name, text)])] == [title]


def test_a_refused_document_stops_no_other(pipeline: Pipeline, store: FakeVectorStore) -> None:
    """It is reported, and what was stored of it before stays; so is one that holds nothing but marks."""
    names = ("a.md", "b.md", "c.md")
    assert [o.status for o in pipeline.run(text_file(name, f"Text of {name}") for name in names)] == ["stored"] * 3
    sources = [
        text_file("a.md", "Text of a.md"),
        SourceFile("/docs/b.md", "b.md", data=b"\xff"),
        text_file("c.md", "New text"),
        text_file("d.md", "***"),
    ]
    outcomes = {outcome.uri[6:]: outcome for outcome in pipeline.run(sources)}
    assert {name: outcome.status for name, outcome in outcomes.items()} == {
        "a.md": "unchanged",
        "b.md": "refused",
        "c.md": "stored",
        "d.md": "refused",
    }
    assert isinstance(outcomes["d.md"].error, EmptyDocument)
    assert [stored.document.uri for stored in store.documents("faq")] == ["/docs/a.md", "/docs/b.md", "/docs/c.md"]


def test_only_new_chunks_are_embedded(pipeline: Pipeline, embedder: CountingEmbedder) -> None:
    """Of a changed document what changed, of an unchanged one nothing."""
    rows = "".join(f"question{n},Yes.\n" for n in range(100))
    assert [o.new_chunks for o in pipeline.run([text_file("a.csv", f"question,answer\n{rows}")])] == [100]
    assert sorted(embedder.passages) == sorted(f"question{n}" for n in range(100))
    embedder.passages.clear()
    changed = text_file("a.csv", f"question,answer\n{rows}one more,No.\n")
    assert [(o.chunk_count, o.new_chunks, o.status) for o in pipeline.run([changed])] == [(101, 1, "stored")]
    assert sorted(embedder.passages) == ["No.", "one more"]
    embedder.passages.clear()
    assert [(o.new_chunks, o.status) for o in pipeline.run([changed])] == [(0, "unchanged")]
    assert embedder.passages == []
    less = text_file("a.csv", f"question,answer\n{rows}")
    assert [(o.chunk_count, o.new_chunks, o.status) for o in pipeline.run([less])] == [(100, 0, "stored")]


def test_an_archive_is_the_source_of_its_documents(pipeline: Pipeline, store: FakeVectorStore) -> None:
    """Each is known by its own name, and by the hash of the whole; if one was refused, the archive is not done with."""
    whole = archive({"a.md": b"Text A", "b.md": b"Text B"})
    assert {o.uri: o.source_uri for o in pipeline.run([whole])} == {
        "/docs/a.zip/a.md": "/docs/a.zip",
        "/docs/a.zip/b.md": "/docs/a.zip",
    }
    assert whole.data is not None
    digest = hashlib.sha256(whole.data).hexdigest()
    assert {stored.document.source_hash for stored in store.documents("faq")} == {digest}
    outcomes = list(pipeline.run([archive({"a.md": b"Text A", "b.md": b"\xff"})]))
    assert sorted(outcome.status for outcome in outcomes) == ["refused", "unchanged"]
    assert {stored.document.source_hash for stored in store.documents("faq")} == {digest, INCOMPLETE}


def test_progress_is_told_in_parts(pipeline: Pipeline) -> None:
    """A table of a thousand rows does not stand still."""
    rows = "".join(f"Question {number}?,Answer {number}.\n" for number in range(1000))
    sources = [text_file("a.csv", f"question,answer\n{rows}")]
    sources += [text_file(f"{number}.md", f"text {number}") for number in range(10)]
    recorder = Recorder()
    outcomes = list(pipeline.run(sources, recorder))
    assert sorted(outcome.chunk_count for outcome in outcomes) == [1] * 10 + [1000]
    assert (recorder.announced, sum(recorder.done)) == (1010, 1010)
    assert max(recorder.done) <= SLICE_TEXTS


class HeldEmbedder(CountingEmbedder):
    """Embeds nothing until it may."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Event()
        self.may = threading.Event()

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.asked.set()
        assert self.may.wait(30)
        return super().embed_passages(texts)


def test_no_more_is_read_than_is_wanted() -> None:
    """As long as the model is busy, only so many documents wait, however many there are."""
    embedder, read = HeldEmbedder(), list[int]()

    def endless() -> Iterator[SourceFile]:
        number = 0
        while True:
            read.append(number)
            rows = "".join(f"Question {number} {row}?,Answer.\n" for row in range(100))
            yield text_file(f"{number}.csv", f"question,answer\n{rows}")
            number += 1

    running = pipeline_to(FakeVectorStore(), embedder).run(endless())
    first = threading.Thread(target=lambda: next(running))
    first.start()
    assert embedder.asked.wait(30)
    embedder.may.set()
    first.join(30)
    count = len(read)
    assert count <= 2 * MAX_CHUNKS_UNDER_WAY / 100 + 300
    running.close()


def test_a_document_of_any_size_comes_through(pipeline: Pipeline) -> None:
    """Also one that has more chunks than may be under way."""
    rows = "".join(f"Question {number}?,Yes.\n" for number in range(MAX_CHUNKS_UNDER_WAY + 100))
    sources = [text_file(f"{n}.csv", f"question,answer\n{rows}") for n in range(2)]
    assert [outcome.chunk_count for outcome in pipeline.run(sources)] == [MAX_CHUNKS_UNDER_WAY + 100] * 2


def broken_store(failure: Exception) -> FakeVectorStore:
    """A store that fails at the second document."""

    class Broken(FakeVectorStore):
        def replace_document(
            self,
            knowledge_set: KnowledgeSet,
            document: Document,
            chunks: Sequence[Chunk],
            vectors: Mapping[bytes, Vectors],
        ) -> None:
            if self.documents("faq"):
                raise failure
            super().replace_document(knowledge_set, document, chunks, vectors)

    return Broken()


def broken_sources() -> Iterator[SourceFile]:
    """One document, then a failure."""
    yield text_file("a.md", "text")
    raise DatabaseUnavailable("the list is gone")


@pytest.mark.parametrize(
    ("store", "sources"),
    [
        (
            lambda: broken_store(DatabaseUnavailable("gone")),
            lambda: (text_file(f"{n}.md", "text") for n in range(10_000)),
        ),
        (FakeVectorStore, broken_sources),
    ],
    ids=["store", "sources"],
)
def test_what_concerns_all_documents_ends_the_run(
    store: Callable[[], FakeVectorStore], sources: Callable[[], Iterator[SourceFile]]
) -> None:
    """With its own error, wherever it happens."""
    with pytest.raises(DatabaseUnavailable, match="gone"):
        list(pipeline_to(store(), CountingEmbedder()).run(sources()))


def test_a_run_that_nobody_wants_any_more_ends(pipeline: Pipeline) -> None:
    """Closing it is what Ctrl-C comes to."""
    running = pipeline.run(text_file(f"{n}.md", f"text {n}") for n in range(100_000))
    assert next(running).status == "stored"
    running.close()
    assert list(running) == []


def test_a_document_that_another_process_changed_meanwhile_is_embedded_again(embedder: CountingEmbedder) -> None:
    """Chunks that were known when it was looked at, and are not when it is stored."""

    class Changed(FakeVectorStore):
        def known_chunks(self, knowledge_set: KnowledgeSet, uris: Sequence[str]) -> dict[str, frozenset[bytes]]:
            known = super().known_chunks(knowledge_set, uris)
            self.remove_documents(knowledge_set.name, list(uris))
            return known

    store = Changed()
    pipeline = pipeline_to(store, embedder)
    for _ in range(2):
        assert [outcome.error for outcome in pipeline.run([text_file("a.md", "text")])] == [None]
    assert [stored.chunk_count for stored in store.documents("faq")] == [1]
    assert embedder.passages == ["text", "text"]


def test_one_document_named_twice_is_stored_twice(pipeline: Pipeline, store: FakeVectorStore) -> None:
    """The later one counts."""
    sources = [text_file("a.md", f"# A\ntext\n# B\nother {n}") for n in range(3)]
    assert [outcome.status for outcome in pipeline.run(sources)] == ["stored"] * 3
    assert [stored.chunk_count for stored in store.documents("faq")] == [2]


def test_the_index_is_made_at_the_end_if_anything_was_stored(embedder: CountingEmbedder) -> None:
    """Once."""

    class Counting(FakeVectorStore):
        finished = 0

        def finish_loading(self, knowledge_set: KnowledgeSet) -> None:
            self.finished += 1

    store = Counting()
    pipeline = pipeline_to(store, embedder)
    for text in ("text", "text", "\0"):
        list(pipeline.run([text_file("a.md", text)]))
    assert store.finished == 1


def test_vectors_belong_to_their_chunks() -> None:
    """However texts are sorted and shared: the question's first, then the answer's."""

    class Lengths(CountingEmbedder):
        def embed_passages(self, texts: Sequence[str]) -> Vectors:
            return np.array([[len(text), 0, 0] for text in texts], dtype=np.float32)

    kept: dict[str, list[float]] = {}

    class Store(FakeVectorStore):
        def replace_document(
            self,
            knowledge_set: KnowledgeSet,
            document: Document,
            chunks: Sequence[Chunk],
            vectors: Mapping[bytes, Vectors],
        ) -> None:
            kept.update({chunk.text: vectors[chunk.key][:, 0].tolist() for chunk in chunks})

    rows = "".join(f"{'q' * (n % 37 + 1)}{n},{'a' * (n + 1)}\n" for n in range(200))
    list(pipeline_to(Store(), Lengths()).run([text_file("a.csv", f"question,answer\n{rows}")]))
    assert kept == {text: [float(len(part)) for part in text.split("\n")] for text in kept}
    assert len(kept) == 200
