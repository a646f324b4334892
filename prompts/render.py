"""Renders a prompt from the templates of a model family."""

from __future__ import annotations

from collections import Counter
from functools import cache

from jinja2 import PackageLoader, Template, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from prompts.errors import TemplateError
from prompts.model import PromptContext
from prompts.sources import content_hash, environment, faults_told, sources
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
    with faults_told(_path(family, template)):
        return compiled.render(
            persona=seen.persona,
            exchanges=seen.exchanges,
            passages=seen.passages,
            question=seen.question,
            examples=seen.examples,
        )


@cache
def template_families() -> tuple[str, ...]:
    """The model families that there are templates for, sorted."""
    return tuple(sorted({family for family, _ in _templates()}))


@cache
def answer_templates() -> tuple[str, ...]:
    """The templates that answers can be made by, sorted: those that every family has, but for those of other work."""
    known = Counter(name for _, name in _templates() if name not in _OTHER_WORK)
    return tuple(sorted(name for name, count in known.items() if count == len(template_families())))


@cache
def shows_examples(template: str) -> bool:
    """Whether the template has a place for examples, in whatever family."""
    paths = [_path(family, name) for family, name in _templates() if name == template]
    made_of = (source for path in paths for source in sources(_environment(), path))
    return any("examples" in meta.find_undeclared_variables(_environment().parse(source)) for source in made_of)


@cache
def prompt_version(family: str, template: str = "answer") -> str:
    """Names the template and its content, with all that it is made of: "llama2/answer@3f2a9c1b". Changes when a byte of
    them does. Raises TemplateError."""
    _template(family, template)
    return f"{family}/{template}@{content_hash(_environment(), _path(family, template))}"


def stop_sequences(family: str) -> tuple[str, ...]:
    """The strings before which generation must end, at most 4."""
    _check_family(family)
    return _STOP_SEQUENCES[family]


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    return environment(PackageLoader("prompts", "templates"))


@cache
def _template(family: str, template: str) -> Template:
    _check_family(family)
    path = _path(family, template)
    with faults_told(path):
        return _environment().get_template(path)


@cache
def _templates() -> tuple[tuple[str, str], ...]:
    """Family and name of each template, but for those whose name begins with "_": others are made of these."""
    listed = (path.removesuffix(".jinja").partition("/") for path in _environment().list_templates(["jinja"]))
    return tuple((family, name) for family, _, name in listed if name and not name.startswith("_"))


def _path(family: str, template: str) -> str:
    return f"{family}/{template}.jinja"


def _check_family(family: str) -> None:
    if family not in template_families():
        known = ", ".join(template_families())
        raise TemplateError(f"no prompt templates for the model family {family!r}: use one of {known}")
