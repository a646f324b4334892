"""What the acceptance tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.embedding.base import Embedder
from tests.acceptance.shop import clerk
from tests.fakes.tgi_server import FakeTgi


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The real all-MiniLM-L6-v2, loaded once."""
    from assistant.embedding.sentence_transformer import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder()


@pytest.fixture
def tgi() -> Iterator[FakeTgi]:
    """A TGI server for Llama 2, behind which the shop's clerk sits."""
    with FakeTgi(clerk) as server:
        yield server
