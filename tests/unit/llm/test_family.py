"""Telling a model's prompt format."""

from __future__ import annotations

import pytest

from assistant.llm.family import family_of_name, family_of_template


@pytest.mark.parametrize(
    ("model_id", "expected"),
    [
        ("meta-llama/Llama-2-7b-chat-hf", "llama2"),
        ("TheBloke/Llama-2-13B-chat-GPTQ", "llama2"),
        ("/data/models/llama2-70b-chat", "llama2"),
        ("/data/llama-2-13b-chat.Q4_K_M.gguf", "llama2"),
        ("acme/support-llama_2-tuned/", "llama2"),
        ("HuggingFaceTB/SmolLM2-135M-Instruct", "chatml"),
        ("SmolLM2-135M-Instruct.Q4_1", "chatml"),
        ("Qwen/Qwen2.5-7B-Instruct", "chatml"),
        ("NousResearch/Hermes-2-Pro-Llama-3-8B", "chatml"),
        ("cognitivecomputations/dolphin-llama2-7b", "chatml"),
        ("meta-llama/Llama-3.1-8B-Instruct", ""),
        ("meta-llama/Llama-3.2-1B-Instruct", ""),
        ("mistralai/Mistral-7B-Instruct-v0.2", ""),
        ("/models/llama-2/mistral", ""),
        ("codellama-20b", ""),
        ("", ""),
    ],
)
def test_family_follows_the_name(model_id: str, expected: str) -> None:
    """Only names that are known to tell the format do."""
    assert expected == family_of_name(model_id)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{'<|im_start|>' + message['role'] + '\n'}}", "chatml"),
        ("{{ bos_token + '[INST] <<SYS>>\\n' + system + '\\n<</SYS>>\\n\\n' }}", "llama2"),
        ("{{ '[INST] ' + message['content'] + ' [/INST]' }}", ""),
        ("", ""),
    ],
)
def test_family_follows_the_chat_template(template: str, expected: str) -> None:
    """Mistral's [INST] without a system block is another format."""
    assert expected == family_of_template(template)
