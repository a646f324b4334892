"""EMBEDDING_MODEL is understood in all the ways that people write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.embedding.model_location import ModelLocation, locate_model
from assistant.errors import ConfigurationError


@pytest.mark.parametrize("model", ["", "  ", "all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"])
def test_the_embedded_model_has_one_name(model: str) -> None:
    """However it is written, vectors made with it belong together; its files are there."""
    location = locate_model(model)
    assert (location.name, location.local) == ("all-MiniLM-L6-v2", True)
    assert (Path(location.source) / "model.safetensors").is_file()


def test_a_folder_is_named_by_its_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same model from any working directory."""
    (tmp_path / "model").mkdir()
    monkeypatch.chdir(tmp_path)
    expected = ModelLocation(str(tmp_path / "model"), str(tmp_path / "model"), local=True)
    assert [locate_model("model"), locate_model("./model"), locate_model(f"{tmp_path}/model/")] == [expected] * 3


def test_a_hub_name_is_left_to_the_hub() -> None:
    """Only then may the network be asked."""
    expected = ModelLocation("intfloat/e5-small-v2", "intfloat/e5-small-v2", local=False)
    assert locate_model("intfloat/e5-small-v2") == expected


@pytest.mark.parametrize("model", ["/no/such/model", "./model", "~/model", "a/b/c", "C:\\model"])
def test_a_missing_folder_is_not_looked_up_on_the_hub(model: str) -> None:
    """What can only be a path is told as such, with the setting's name, on one line."""
    with pytest.raises(ConfigurationError, match=r"^EMBEDDING_MODEL=.* is not a folder") as caught:
        locate_model(model)
    assert "\n" not in str(caught.value)
