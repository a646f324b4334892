"""Other settings for a moment, as they are given on a command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import click

from assistant.config import Settings, setting_names, with_settings
from assistant.errors import ConfigurationError
from prompts.render import answer_templates

FIXED = ("DATABASE_URL", "REDIS_URL", "ASSISTANT_HOME", "ASSISTANT_KNOWLEDGE_SET", "ASSISTANT_TEMPLATE")
"""What the questions of the past lie in, and what has an option of its own."""


def check_template(name: str) -> None:
    """Raise click.UsageError where there is no such template for answers; "" is none at all."""
    known = answer_templates()
    if name and name not in known:
        raise click.UsageError(f"--template: there is no template {name!r}: use {', '.join(known)}")


def changes(pairs: Sequence[str], model: str) -> Callable[[Settings], Settings]:
    """What sets KEY=VALUE pairs and the model in place of what is set. Raises click.UsageError, at once or when
    called."""
    values: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name not in setting_names() or name in FIXED:
            raise click.UsageError(f"--setting {pair!r}: write KEY=VALUE with a setting that has no option of its own")
        values[name] = value

    def changed(settings: Settings) -> Settings:
        try:
            return with_settings(settings, values | _model_values(model, settings))
        except ConfigurationError as exc:
            raise click.UsageError(str(exc)) from exc

    return changed


def _model_values(model: str, settings: Settings) -> dict[str, str]:
    if not model:
        return {}
    parts = urlsplit(model)
    if parts.scheme in ("http", "https"):
        is_openai = parts.path.rstrip("/").endswith("/v1")
        return {"LLM_MODEL": "", ("OPENAI_BASE_URL" if is_openai else "TGI_URL"): model}
    if settings.tgi_url:
        raise click.UsageError("--model: a TGI server has one model: give the address of a server with the other one")
    return {"LLM_MODEL": model}
