"""Renders a prompt from the templates of a model family."""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, TemplateNotFound, meta
from jinja2.exceptions import TemplateError as JinjaError
from jinja2.exceptions import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from prompts.errors import TemplateError
from prompts.model import PromptContext
from prompts.view import view

# At most 4 a family: what TGI allows by default (max_stop_sequences). Each ends the reply where the model would go on
# to play the customer.
_STOP_SEQUENCES = {"llama2": ("</s>", "[INST]"), "chatml": ("<|im_end|>", "<|im_start|>")}

_OTHER_WORK = frozenset({"closed_book", "question", "rewrite"})
"""Templates that answer no customer: for evaluations, and for what comes before the answer."""


def render(family: str, context: PromptContext, template: str = "answer") -> str:
    """The whole prompt for a model of `family`, without BOS: the server adds it.

    No text of the context can become control text (see `view`). Raises TemplateError for an unknown family or template,
    and for a template that does not render.
    """
    compiled, seen = _template(family, template), view(context)
    try:
        return compiled.render(
            persona=seen.persona,
            exchanges=seen.exchanges,
            passages=seen.passages,
            question=seen.question,
            examples=seen.examples,
        )
    except JinjaError as exc:
        raise TemplateError(f"prompts/templates/{_path(family, template)}: {exc}") from exc


@cache
def template_families() -> tuple[str, ...]:
    """The model families that there are templates for, sorted."""
    return tuple(sorted({path.partition("/")[0] for path in _environment().list_templates(["jinja"])}))


@cache
def answer_templates() -> tuple[str, ...]:
    """The templates that answers can be made by, sorted: those that every family has, but for those of other work."""
    listed = (path.removesuffix(".jinja").partition("/") for path in _environment().list_templates(["jinja"]))
    known = Counter(name for _, _, name in listed if name not in _OTHER_WORK)
    return tuple(sorted(name for name, count in known.items() if count == len(template_families())))


@cache
def shows_examples(template: str) -> bool:
    """Whether the template has a place for examples, in whatever family."""
    paths = [_path(family, template) for family in template_families()]
    known = [path for path in paths if path in _environment().list_templates(["jinja"])]
    return any(
        "examples" in meta.find_undeclared_variables(_environment().parse(_source(_environment(), path)))
        for path in known
    )


@cache
def prompt_version(family: str, template: str = "answer") -> str:
    """Names the template and its content, includes too: "llama2/answer@3f2a9c1b". Changes when a byte of them does."""
    _template(family, template)
    return f"{family}/{template}@{content_hash(_environment(), _path(family, template))}"


def stop_sequences(family: str) -> tuple[str, ...]:
    """The strings before which generation must end, at most 4."""
    _check_family(family)
    return _STOP_SEQUENCES[family]


def content_hash(environment: Environment, path: str) -> str:
    """8 hexadecimal digits over the sources of the template at `path` and of all that it includes, each once."""
    digest = hashlib.sha256()
    waiting, seen = [path], {path}
    while waiting:
        source = _source(environment, waiting.pop(0))
        digest.update(source.encode() + b"\0")
        included = sorted(name for name in meta.find_referenced_templates(environment.parse(source)) if name)
        waiting += [name for name in included if name not in seen]
        seen.update(included)
    return digest.hexdigest()[:8]


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=PackageLoader("prompts", "templates"),
        undefined=StrictUndefined,
        autoescape=False,  # prompts are plain text, not HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


@cache
def _template(family: str, template: str) -> Template:
    _check_family(family)
    path = _path(family, template)
    try:
        return _environment().get_template(path)
    except TemplateNotFound as exc:
        raise TemplateError(f"no template prompts/templates/{exc.name}: create it, or name one that exists") from exc
    except TemplateSyntaxError as exc:
        raise TemplateError(f"prompts/templates/{path}, line {exc.lineno}: {exc.message}") from exc


def _source(environment: Environment, path: str) -> str:
    assert environment.loader is not None  # noqa: S101 - every environment here has one
    return environment.loader.get_source(environment, path)[0]


def _path(family: str, template: str) -> str:
    return f"{family}/{template}.jinja"


def _check_family(family: str) -> None:
    if family not in template_families():
        known = ", ".join(template_families())
        raise TemplateError(f"no prompt templates for the model family {family!r}: use one of {known}")
