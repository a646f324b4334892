"""Which prompt format a model wants, told from its name or its chat template."""

from __future__ import annotations

import re

from assistant.errors import ConfigurationError
from assistant.llm.base import ServerInfo

# Names as their makers publish them (checked 2026-07). A fine-tuned copy mostly keeps the name of what it comes from.
_LLAMA2 = re.compile(r"llama[-_ ]?2(?![\d.])", re.IGNORECASE)
_CHATML = re.compile(r"smollm|qwen|chatml|hermes|dolphin|openchatml|yi-.*chat|internlm2", re.IGNORECASE)


def family_of_name(model_id: str) -> str:
    """ "llama2" or "chatml" by the model's name, "" if it tells neither.

    Only the last part of a path counts: a folder's name says nothing of the model in it. Where several names appear
    (a Dolphin made from Llama 2), the tuning decides the format, so ChatML wins.
    """
    name = model_id.rstrip("/").rsplit("/", 1)[-1]
    if _CHATML.search(name):
        return "chatml"
    return "llama2" if _LLAMA2.search(name) else ""


def family_of_template(chat_template: str) -> str:
    """ "llama2" or "chatml" by the marks that the model's own chat template writes, "" if it writes neither."""
    if "<|im_start|>" in chat_template:
        return "chatml"
    return "llama2" if "<<SYS>>" in chat_template and "[INST]" in chat_template else ""


def served_family(info: ServerInfo) -> str:
    """The prompt format of the model that a server runs. Raises ConfigurationError where it does not tell."""
    if not info.model_family:
        raise ConfigurationError(
            f"the server doesn't tell the prompt format of {info.model_id!r}: set ASSISTANT_MODEL_FAMILY"
            " (llama2, chatml)"
        )
    return info.model_family
