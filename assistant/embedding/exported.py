"""An embedding model exported: a folder that onnxruntime and tokenizers read at once, without torch."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.embedding.base import EmbeddingModel
from assistant.embedding.model_location import ModelLocation
from assistant.errors import ConfigurationError

FORMAT = 3
"""Raised whenever what is exported changes: older exports are passed over then."""
MODEL_FILE, TOKENIZER_FILE, ABOUT_FILE = "model.onnx", "tokenizer.json", "about.json"


@dataclass(frozen=True, slots=True)
class About:
    """What is needed besides the model itself: a text with its prompt before it is cut after `window` tokens, special
    ones included; shorter ones of a batch are filled up with `pad_id`."""

    dimension: int
    window: int
    query_prompt: str
    passage_prompt: str
    pad_id: int

    def identity(self, model_name: str) -> EmbeddingModel:
        """What a knowledge set records of the model of that name."""
        return EmbeddingModel(model_name, self.dimension, self.query_prompt, self.passage_prompt)

    @classmethod
    def read(cls, folder: Path) -> About:
        return cls(**json.loads((folder / ABOUT_FILE).read_text(encoding="utf-8")))

    def write(self, folder: Path) -> None:
        (folder / ABOUT_FILE).write_text(json.dumps(asdict(self)), encoding="utf-8")


def exported_folder(location: ModelLocation, cache: Path) -> Path:
    """The folder of the model's export below `cache`, which is made if need be (seconds), in a process of its own: this
    one never loads torch. Raises ConfigurationError when the model can't be exported."""
    folder = cache / fingerprint(location)
    if not (folder / ABOUT_FILE).is_file():
        cache.mkdir(parents=True, exist_ok=True)
        _export(location, folder)
    return folder


def _export(location: ModelLocation, folder: Path) -> None:
    """Whole or not at all; of several processes that do so at once the first one's export stays."""
    with tempfile.TemporaryDirectory(prefix=".export-", dir=folder.parent) as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        command = [sys.executable, "-m", "assistant.embedding.int8", location.name, str(made)]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise ConfigurationError(reason)
        try:
            made.rename(folder)
        except OSError:
            if not (folder / ABOUT_FILE).is_file():
                raise


def fingerprint(location: ModelLocation) -> str:
    """Names the model's files as they are now: what was changed is exported anew."""
    root = Path(location.source if location.local else _snapshot(location.source))
    files = sorted(path for path in root.rglob("*") if path.is_file()) if root.is_dir() else []
    facts = [(str(path.relative_to(root)), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hashlib.sha256(json.dumps([FORMAT, location.name, facts]).encode()).hexdigest()[:32]


def _snapshot(name: str) -> str:
    """Where the hub's files of that model lie on this machine, "" as long as they don't."""
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(name, "config.json")
    return str(Path(found).parent) if isinstance(found, str) else ""
