"""Which prompt template a conversation is answered by: one, or one of several that are compared."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from assistant.errors import ConfigurationError
from prompts.render import answer_templates


def template_for(templates: Sequence[str], conversation_id: int) -> str:
    """The template of that conversation: always the same one, and each of them for as many conversations."""
    if len(templates) == 1:
        return templates[0]
    digest = hashlib.blake2b(str(conversation_id).encode(), digest_size=8).digest()
    return templates[int.from_bytes(digest) % len(templates)]


def check_templates(templates: Sequence[str]) -> None:
    """Raise ConfigurationError where one of them is no template of answers."""
    for name in templates:
        if name not in answer_templates():
            known = ", ".join(answer_templates())
            raise ConfigurationError(
                f"ASSISTANT_TEMPLATE, or template in ASSISTANT_CHANNELS_FILE: no template {name!r}: use {known}"
            )
