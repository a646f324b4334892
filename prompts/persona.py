"""Reads personas: who the assistant is, in one TOML file each."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from difflib import get_close_matches
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from prompts.errors import TemplateError
from prompts.model import Persona

_TYPES: dict[str, type] = {"name": str, "organisation": str, "voice": str, "signature": str, "reply_sentences": int}
_CALLED = {str: 'text in quotes, like "…"', int: "a whole number"}
_NEVER_EMPTY = ("name", "organisation", "voice")
_KEYS = tuple(field.name for field in fields(Persona))


def load_persona(path_or_name: str | Path) -> Persona:
    """The persona in the file at a path, or of a name that comes with the package ("default").

    What ends in .toml or holds a slash is a path. Raises TemplateError naming the file, the key and what to do.
    """
    source = _source(path_or_name)
    table = _table(source)
    _check_keys(source, table)
    for key in _KEYS:
        _check_value(source, key, table[key])
    return Persona(**table)  # type: ignore[arg-type]  # each key and type was checked above


def _source(path_or_name: str | Path) -> Traversable:
    if isinstance(path_or_name, Path) or path_or_name.endswith(".toml") or "/" in path_or_name:
        return Path(path_or_name)
    return files("prompts") / "personas" / f"{path_or_name}.toml"


def _packaged() -> list[str]:
    return sorted(file.name.removesuffix(".toml") for file in (files("prompts") / "personas").iterdir())


def _table(source: Traversable) -> dict[str, object]:
    try:
        return tomllib.loads(source.read_text(encoding="utf-8"))
    except OSError as exc:
        advice = f"name a .toml file, or one of {', '.join(_packaged())}"
        raise TemplateError(f"persona {source}: can't be read ({exc.strerror}); {advice}") from exc
    except UnicodeDecodeError as exc:
        raise TemplateError(f"persona {source}: not UTF-8; save it as UTF-8") from exc
    except tomllib.TOMLDecodeError as exc:
        raise TemplateError(f"persona {source}: not valid TOML: {exc}; compare with personas/default.toml") from exc


def _check_keys(source: Traversable, table: dict[str, object]) -> None:
    for key in table:
        if key not in _KEYS:
            raise TemplateError(f"persona {source}: unknown key {key!r}; {_suggestion(key)}")
    for key in _KEYS:
        if key not in table:
            raise TemplateError(f"persona {source}: missing key {key!r}; add it as {_CALLED[_TYPES[key]]}")


def _suggestion(key: str) -> str:
    close = get_close_matches(key, _KEYS, n=1)
    return f"did you mean {close[0]!r}?" if close else f"remove it, or use one of {', '.join(_KEYS)}"


def _check_value(source: Traversable, key: str, value: object) -> None:
    if type(value) is not _TYPES[key]:  # not isinstance: true and false are whole numbers to it
        raise TemplateError(f"persona {source}: {key!r} must be {_CALLED[_TYPES[key]]}, not {value!r}")
    if key in _NEVER_EMPTY and not str(value).strip():
        raise TemplateError(f"persona {source}: {key!r} must not be empty; write it")
    if key == "reply_sentences" and not 1 <= int(str(value)) <= 50:
        raise TemplateError(f"persona {source}: {key!r} must lie between 1 and 50, not {value!r}")
