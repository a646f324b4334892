"""The stack with nothing to install: PostgreSQL with pgvector, Redis and a small chat model, shared by all commands."""

from assistant.embedded.lease import embedded_stack
from assistant.embedded.parts import EmbeddedUrls, Part

__all__ = ["EmbeddedUrls", "Part", "embedded_stack"]
