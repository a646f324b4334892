"""The folder that is evaluated: `docs/` and `questions.jsonl`."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import EvaluationError

DOCS = "docs"
QUESTIONS = "questions.jsonl"
_UNFIT = re.compile(r"[^\w.-]+")
_NAME_CHARS = 40


@dataclass(frozen=True, slots=True)
class EvaluationFolder:
    """A folder in the form of an evaluation; `path` is absolute."""

    path: Path

    @classmethod
    def at(cls, path: Path, *, needs_docs: bool, needs_questions: bool) -> EvaluationFolder:
        """The folder at a path. Raises EvaluationError where it lacks what is needed."""
        folder = cls(path.expanduser().resolve())
        if not folder.path.is_dir():
            raise EvaluationError(f"{path} is no folder: name one that holds {DOCS}/ and {QUESTIONS}")
        if needs_docs and not folder.docs.is_dir():
            raise EvaluationError(
                f"{path} has no folder {DOCS}/: put the documents there, or name a set with them by --knowledge-set"
            )
        if needs_questions and not folder.questions.is_file():
            raise EvaluationError(
                f"{path} has no {QUESTIONS}: write it, or have the model make questions with --generate N --out DIR"
            )
        return folder

    @property
    def docs(self) -> Path:
        return self.path / DOCS

    @property
    def questions(self) -> Path:
        return self.path / QUESTIONS

    def knowledge_set(self, variation: str = "") -> str:
        """The name of the knowledge set that its documents are taken into; `variation`: settings that documents are
        taken in by, where they differ from those that are set."""
        name = _UNFIT.sub("-", self.path.name)[:_NAME_CHARS].strip("-") or "folder"
        known = f"eval-{name}-{_short_hash(str(self.path))}"
        return f"{known}-{_short_hash(variation)}" if variation else known


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:8]
