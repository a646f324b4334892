"""The fake store keeps the real one's contract."""

from __future__ import annotations

import pytest

from tests.contracts.vector_store_contract import Store, VectorStoreContract
from tests.fakes.vector_store import FakeVectorStore


class TestFakeVectorStore(VectorStoreContract):
    @pytest.fixture
    def store(self) -> Store:
        return FakeVectorStore()
