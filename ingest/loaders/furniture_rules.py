"""Rules for pages' furniture that an operator gives in a file."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import soupsieve

from ingest.errors import FurnitureRulesUnreadable, shown
from ingest.loaders.options import FurnitureRules

_KEYS = ("selectors", "lines")
MAX_BYTES = 1_000_000


def read_furniture_rules(path: Path) -> FurnitureRules:
    """The rules in a TOML file: `selectors`, CSS selectors of elements to leave out, and `lines`, regular expressions
    that match whole lines. Raises FurnitureRulesUnreadable."""
    values = _parse(path)
    unknown = sorted(values.keys() - set(_KEYS))
    if unknown:
        raise FurnitureRulesUnreadable(f"{shown(path)}: '{shown(unknown[0])}' is no rule: write 'selectors' or 'lines'")
    selectors, lines = (_strings(path, name, values.get(name, [])) for name in _KEYS)
    for selector in selectors:
        _check_selector(path, selector)
    for line in lines:
        _check_expression(path, line)
    return FurnitureRules(selectors, lines)


def _parse(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as exc:
        raise FurnitureRulesUnreadable(f"{shown(path)} can't be read ({exc.strerror}): check its name") from exc
    if len(data) > MAX_BYTES:
        raise FurnitureRulesUnreadable(f"{shown(path)} has more than {MAX_BYTES / 1e6:g} MB: is it a file of rules?")
    try:
        return tomllib.loads(data.decode())
    except (ValueError, RecursionError) as exc:
        raise FurnitureRulesUnreadable(f"{shown(path)} is no valid TOML ({shown(str(exc))}): correct it") from exc


def _strings(path: Path, name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise FurnitureRulesUnreadable(f'{shown(path)}: {name} must be a list of strings, e.g. {name} = ["…"]')
    return tuple(value)


def _check_selector(path: Path, selector: str) -> None:
    try:
        soupsieve.compile(selector)
    except (soupsieve.SelectorSyntaxError, ValueError, RecursionError) as exc:
        reason = str(exc).split("\n", 1)[0]
        raise FurnitureRulesUnreadable(
            f"{shown(path)}: '{shown(selector)}' is no CSS selector ({shown(reason)}): correct it"
        ) from exc


def _check_expression(path: Path, expression: str) -> None:
    try:
        re.compile(expression)
    except (re.error, RecursionError, OverflowError) as exc:
        raise FurnitureRulesUnreadable(
            f"{shown(path)}: '{shown(expression)}' is no regular expression ({shown(str(exc))}): correct it"
        ) from exc
