"""What stands above another language model."""

from __future__ import annotations

from assistant.llm.base import LanguageModel, ServerInfo


class ModelAbove:
    """Passes everything on but `generate`, which is the subclass's own."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    def info(self) -> ServerInfo:
        return self._model.info()

    def count_tokens(self, text: str) -> int:
        return self._model.count_tokens(text)

    def check(self) -> None:
        self._model.check()

    def close(self) -> None:
        self._model.close()
