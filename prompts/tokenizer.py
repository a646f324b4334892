"""Counts tokens in this process, for model servers that can't."""

from __future__ import annotations

from pathlib import Path

from prompts.errors import PromptError


class LocalTokenizer:
    """A model's `tokenizer.json`. Safe to share between threads."""

    def __init__(self, path: str | Path) -> None:
        """Raises PromptError naming the file when it is missing or not a tokenizer."""
        # Imported here: only workers have the library.
        from tokenizers import Tokenizer  # type: ignore[import-untyped]

        if not Path(path).is_file():
            raise PromptError(f"no tokenizer at {path}: name the model's tokenizer.json")
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as exc:  # the library raises bare Exception for every fault
            raise PromptError(f"{path} is not a tokenizer.json: {exc}") from exc

    def count(self, text: str) -> int:
        """How many tokens `text` makes; adds neither BOS nor EOS, and reads control text in it as the model would."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)
