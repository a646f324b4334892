"""The fake keeps the contract that tests rely on."""

from __future__ import annotations

import pytest

from assistant.vector_store.base import VectorStore
from tests.contracts.vector_store_contract import VectorStoreContract
from tests.fakes.vector_store import FakeVectorStore


class TestFakeVectorStore(VectorStoreContract):
    @pytest.fixture
    def store(self) -> VectorStore:
        return FakeVectorStore()
