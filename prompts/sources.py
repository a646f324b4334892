"""The files that a template is made of: itself, and all that it extends, includes or imports."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, meta
from jinja2.exceptions import TemplateError as JinjaError
from jinja2.exceptions import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from prompts.errors import TemplateError


def environment(loader: BaseLoader) -> ImmutableSandboxedEnvironment:
    """What prompt templates are rendered in."""
    return ImmutableSandboxedEnvironment(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=False,  # prompts are plain text, not HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


def content_hash(environment: Environment, path: str) -> str:
    """8 hexadecimal digits over the `sources` of the template at `path`. Raises TemplateError."""
    digest = hashlib.sha256()
    for source in sources(environment, path):
        digest.update(source.encode() + b"\0")
    return digest.hexdigest()[:8]


def sources(environment: Environment, path: str) -> Iterator[str]:
    """The text of the template at `path`, then of all that it is made of at any depth, each once. Raises TemplateError
    where one is missing or broken, or is only named while it renders: no version could cover that."""
    waiting, seen = [path], {path}
    while waiting:
        path = waiting.pop(0)
        with faults_told(path):
            source = _source(environment, path)
            named = set(meta.find_referenced_templates(environment.parse(source)))
        if None in named:
            raise TemplateError(f"prompts/templates/{path}: name in quotes what it includes: its version covers that")
        added = sorted(name for name in named if name and name not in seen)
        waiting += added
        seen.update(added)
        yield source


@contextmanager
def faults_told(path: str) -> Iterator[None]:
    """Tells in one line what is wrong with the template at `path`, or with one that it is made of."""
    try:
        yield
    except TemplateNotFound as exc:
        raise TemplateError(f"no template prompts/templates/{exc.name}: create it, or name one that exists") from exc
    except TemplateSyntaxError as exc:
        raise TemplateError(f"prompts/templates/{exc.name or path}, line {exc.lineno}: {exc.message}") from exc
    except JinjaError as exc:
        raise TemplateError(f"prompts/templates/{path}: {exc}") from exc


def _source(environment: Environment, path: str) -> str:
    assert environment.loader is not None  # noqa: S101 - every environment here has one
    return environment.loader.get_source(environment, path)[0]
