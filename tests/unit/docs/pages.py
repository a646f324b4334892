"""The documentation as its tests read it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PAGES = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
)
_FENCED = re.compile(r"^```[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"`([^`\n]+)`")


def name_of(page: Path) -> str:
    """The page's path as it is written in links, for the names of parametrised tests."""
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """The page's text without its blocks of code."""
    return _FENCED.sub("", page.read_text(encoding="utf-8"))


def squeezed(page: Path) -> str:
    """The page's text with each run of white space as one blank, so that a sentence is found wherever its lines end."""
    return " ".join(page.read_text(encoding="utf-8").split())


def code(page: Path) -> Iterator[str]:
    """What stands in code marks, and each line of the blocks of code."""
    yield from (span.strip() for span in _INLINE.findall(prose(page)))
    for block in _FENCED.findall(page.read_text(encoding="utf-8")):
        yield from (line.strip() for line in block.splitlines() if line.strip())


@cache
def strings_of_the_code() -> tuple[str, ...]:
    """Every string that our code holds, with … for what is filled in."""
    files = (
        file for folder in ("adapters", "assistant", "ingest", "prompts") for file in (ROOT / folder).rglob("*.py")
    )
    return tuple(text for file in files for text in _strings(ast.parse(file.read_text(encoding="utf-8"))))


def _strings(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
