"""What docs/wechat.md promises is what the code does."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest

from adapters.wechat.hearing import DEAF_AFTER_S, DING_S
from adapters.wechat.render import MAX_CHARS
from adapters.wechat.session import RETRY_DELAYS_S

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "wechat.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "fact",
    [
        f"{MAX_CHARS:,} bytes",
        f"for {DEAF_AFTER_S:.0f} to {DEAF_AFTER_S + DING_S:.0f} seconds",
        f"sign of life every {DING_S:.0f})",
    ],
)
def test_number_stands_as_the_code_has_it(fact: str) -> None:
    """People plan by them."""
    assert fact in " ".join(PAGE.split())


def test_retries_last_about_a_minute() -> None:
    """As the page says of messages that can't be stored."""
    assert "for about a minute" in " ".join(PAGE.split())
    assert 45 < sum(RETRY_DELAYS_S) < 75


def test_example_of_a_bot_uses_what_there_is() -> None:
    """Each name that it imports from us exists, and `serve` takes what it is given."""
    [example] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    tree = ast.parse(example)
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module != "wechaty"]
    ours = {node.module: [name.name for name in node.names] for node in imported}
    plugin = ROOT / "adapters" / "wechat" / "plugin.py"  # not imported: it needs wechaty
    assert f"class {ours.pop('adapters.wechat.plugin')[0]}(" in plugin.read_text(encoding="utf-8")
    for module, names in ours.items():
        assert module is not None
        assert all(hasattr(importlib.import_module(module), name) for name in names)
    serve = inspect.signature(importlib.import_module("assistant.serve").serve)
    serve.bind(object(), {}, print, with_worker=True)
