"""The language model contract against each server that we can run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contracts.llm_contract import LanguageModelContract, ModelHarness
from tests.integration.llm.harnesses import LlamaCppHarness, llama_cpp_url, openai_harness, tgi_harness


class TestTgi(LanguageModelContract):
    @pytest.fixture
    def harness(self) -> Iterator[ModelHarness]:
        with tgi_harness() as harness:
            yield harness


class TestOpenAiLikeLlamaCpp(LanguageModelContract):
    @pytest.fixture
    def harness(self) -> Iterator[ModelHarness]:
        with openai_harness("llamacpp") as harness:
            yield harness


class TestOpenAiLikeVllm(LanguageModelContract):
    @pytest.fixture
    def harness(self) -> Iterator[ModelHarness]:
        with openai_harness("vllm") as harness:
            yield harness


@pytest.fixture(scope="module")
def _llama_cpp_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with llama_cpp_url(tmp_path_factory.mktemp("chat-model")) as url:
        yield url


class TestRealLlamaCpp(LanguageModelContract):
    @pytest.fixture
    def harness(self, _llama_cpp_url: str) -> Iterator[ModelHarness]:
        harness = LlamaCppHarness(_llama_cpp_url)
        yield harness
        harness.close()
