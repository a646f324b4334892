"""A version covers every file that a template is made of."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest
from jinja2 import BaseLoader, DictLoader, FileSystemLoader, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

import prompts
from prompts.errors import TemplateError
from prompts.render import answer_templates, render, template_families
from prompts.sources import content_hash, environment, sources
from prompts.view import view
from tests.unit.prompts.cases import CASES

TEMPLATES = Path(prompts.__path__[0]) / "templates"
FILES = {
    "a": "{% include 'b' %}",
    "b": "x{% include 'c' %}",
    "c": "y{% include 'c' %}",
    "child": "{% extends 'a' %}{% import 'macros' as m %}",
    "macros": "{% from 'more' import it %}",
    "more": "m",
    "other": "z",
    "broken": "{% include 'nothing' %}",
    "wrong": "{% if %}",
    "made of wrong": "x\n{% include 'wrong' %}",
    "dynamic": "{% include question %}",
}


def _environment(**changed: str) -> ImmutableSandboxedEnvironment:
    return environment(DictLoader(FILES | changed))


def _rendered(loader: BaseLoader, path: str) -> str:
    seen = view(CASES["five_turns"])
    return (
        environment(loader)
        .get_template(path)
        .render(
            persona=seen.persona,
            exchanges=seen.exchanges,
            passages=seen.passages,
            question=seen.question,
            examples=seen.examples,
        )
    )


@pytest.mark.parametrize("changed", ["child", "a", "b", "c", "macros", "more"])
def test_a_content_hash_covers_all_that_a_template_is_made_of(changed: str) -> None:
    """What it extends, includes or imports, at any depth."""
    before, after = _environment(), _environment(**{changed: f"{FILES[changed]}!"})
    assert content_hash(before, "child") != content_hash(after, "child")


def test_a_content_hash_covers_nothing_else() -> None:
    """Another file may change."""
    assert content_hash(_environment(), "child") == content_hash(_environment(other="!"), "child")


def test_sources_come_once_each() -> None:
    """Also where a template includes itself."""
    assert [FILES[name] for name in ("child", "a", "macros", "b", "more", "c")] == list(
        sources(_environment(), "child")
    )


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("broken", "no template prompts/templates/nothing: create it"),
        ("made of wrong", "prompts/templates/wrong, line 1: "),
        ("dynamic", "prompts/templates/dynamic: name in quotes what it includes"),
    ],
)
def test_what_is_wrong_is_told_with_its_file(path: str, told: str) -> None:
    """In one line, of the file that has the fault."""
    with pytest.raises(TemplateError, match=f"^{told}.*$"):
        content_hash(_environment(), path)


@pytest.mark.parametrize("family", template_families())
@pytest.mark.parametrize("template", answer_templates())
def test_a_shared_part_is_in_the_version_of_each_answer_template(family: str, template: str, tmp_path: Path) -> None:
    """One byte more in it is another version."""
    folder = copytree(TEMPLATES, tmp_path / "templates")
    before = content_hash(environment(FileSystemLoader(folder)), f"{family}/{template}.jinja")
    with (folder / family / "_base.jinja").open("a") as base:
        base.write("!")
    after = content_hash(environment(FileSystemLoader(folder)), f"{family}/{template}.jinja")
    assert before != after


def test_a_folder_of_ones_own_needs_none_of_ours(tmp_path: Path) -> None:
    """A family is one file."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "answer.jinja").write_text("{{ persona.name }}: {{ question }}\n")
    loader = FileSystemLoader(tmp_path)
    assert _rendered(loader, "mine/answer.jinja") == f"Ada: {view(CASES['five_turns']).question}\n"
    assert list(sources(environment(loader), "mine/answer.jinja")) == ["{{ persona.name }}: {{ question }}\n"]


@pytest.mark.parametrize("family", template_families())
@pytest.mark.parametrize("template", sorted(set(answer_templates()) - {"answer"}))
def test_an_answer_template_of_ones_own_leaves_the_others(family: str, template: str, tmp_path: Path) -> None:
    """No template of ours is made of it."""
    folder = copytree(TEMPLATES, tmp_path / "templates")
    (folder / family / "answer.jinja").write_text("{{ question }}")
    loader = FileSystemLoader(folder)
    assert _rendered(loader, f"{family}/answer.jinja") == view(CASES["five_turns"]).question
    assert _rendered(loader, f"{family}/{template}.jinja") == render(family, CASES["five_turns"], template)


def test_a_shared_part_is_in_the_sandbox() -> None:
    """As strict with what is unknown or forbidden as a template itself."""
    loader = DictLoader(
        {
            "unknown": "{% include 'part' %}",
            "part": "{{ nothing }}",
            "unsafe": "{% extends 'base' %}",
            "base": "{% block b %}{{ question.__class__.__mro__ }}{% endblock %}",
        }
    )
    with pytest.raises(UndefinedError):
        _rendered(loader, "unknown")
    with pytest.raises(SecurityError):
        _rendered(loader, "unsafe")
