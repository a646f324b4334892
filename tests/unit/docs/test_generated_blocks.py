"""What is generated, or copied word for word, is as the code has it now."""

from __future__ import annotations

import importlib.util
import re
from types import ModuleType

import pytest

from tests.unit.docs.pages import ROOT


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_blocks_are_up_to_date(generate: ModuleType) -> None:
    """`python docs/generate.py` would change nothing."""
    pages = {page.name: page.read_text(encoding="utf-8") for page in generate.generated_files()}
    assert set(pages) == {"README.md", "settings.md", "commands.md"}
    assert {name: generate.regenerated(text) for name, text in pages.items()} == pages


def test_secrets_have_no_default_in_the_settings_table(generate: ModuleType) -> None:
    """A masked value would look like a default that somebody could use."""
    rows = [line.split(" | ") for line in generate.settings_table().splitlines()]
    assert {row[1].strip() for row in rows if re.search("TOKEN`|SECRET`|KEY`", row[0])} == {""}


def test_slack_manifest_stands_in_the_readme_word_for_word() -> None:
    """What people paste is what the adapter's tests check."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- slack manifest -->\n```yaml\n(.*?)```\n<!-- end slack manifest -->", readme, re.DOTALL)
    assert shown is not None
    assert shown[1] == (ROOT / "adapters" / "slack" / "manifest.yaml").read_text(encoding="utf-8")


def test_readme_has_one_place_for_the_demo_transcript() -> None:
    """The block that a real run of the demo fills."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(re.findall(r"<!-- demo transcript -->\n.*?<!-- end -->", readme, re.DOTALL)) == 1
