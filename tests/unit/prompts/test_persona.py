"""Personas are read with every fault told in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from prompts.errors import TemplateError
from prompts.model import Persona
from prompts.persona import load_persona

_GOOD = 'name = "Ada"\norganisation = "Northwind"\nvoice = "Warm."\nsignature = ""\nreply_sentences = 3\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with a good persona."""
    path = tmp_path / "ada.toml"
    path.write_text(_GOOD, encoding="utf-8")
    return path


def test_a_persona_is_read_from_a_path(file: Path) -> None:
    """A path gives what stands in the file, be it text or a Path."""
    expected = Persona("Ada", "Northwind", "Warm.", "", 3)
    assert expected == load_persona(file)
    assert expected == load_persona(str(file))


def test_the_default_persona_comes_with_the_package() -> None:
    """The name "default" needs no file of the operator's."""
    assert load_persona("default").name == "Llamadesk"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('voice = "Warm."', 'voise = "Warm."', "unknown key 'voise'; did you mean 'voice'?"),
        (
            'voice = "Warm."',
            'voice = "Warm."\nzzz = 1',
            "unknown key 'zzz'; remove it, or use one of name, organisation",
        ),
        ('voice = "Warm."', "", "missing key 'voice'; add it as text in quotes"),
        ("reply_sentences = 3", "", "missing key 'reply_sentences'; add it as a whole number"),
        ("reply_sentences = 3", 'reply_sentences = "3"', "'reply_sentences' must be a whole number, not '3'"),
        ("reply_sentences = 3", "reply_sentences = true", "'reply_sentences' must be a whole number, not True"),
        ("reply_sentences = 3", "reply_sentences = 0", "'reply_sentences' must lie between 1 and 50, not 0"),
        ('name = "Ada"', "name = 7", "'name' must be text in quotes"),
        ('name = "Ada"', 'name = " "', "'name' must not be empty"),
        ('name = "Ada"', 'name = "Ada', "not valid TOML: "),
    ],
)
def test_a_fault_names_file_key_and_remedy(file: Path, old: str, new: str, expected: str) -> None:
    """The message is one line with the file, the key, and what to do."""
    file.write_text(_GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        load_persona(file)
    assert f"persona {file}: " in str(caught.value)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("wanted", ["absent", "folder/absent.toml"])
def test_a_missing_file_is_told_with_what_there_is(wanted: str) -> None:
    """The message names the file that was looked for, and the personas of the package."""
    with pytest.raises(TemplateError, match=r"absent\.toml: can't be read \(No such file.*one of default"):
        load_persona(wanted)


def test_a_file_that_is_not_utf8_is_told(file: Path) -> None:
    """A file in another encoding is refused, not misread."""
    file.write_bytes(_GOOD.replace("Ada", "Jörg").encode("latin-1"))
    with pytest.raises(TemplateError, match="not UTF-8"):
        load_persona(file)
