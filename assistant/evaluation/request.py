"""What a user wants evaluated."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.errors import EvaluationError
from assistant.evaluation.folder import EvaluationFolder
from assistant.evaluation.questions import Question, read_questions
from assistant.evaluation.requirements import Requirement
from assistant.evaluation.variants import Variant


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be evaluated, and how. `knowledge_set`: one that is there, "" takes the folder's documents in.
    `generate`: so many questions are made, None takes the folder's. `at_once`: None for what suits."""

    folder: Path
    variants: tuple[Variant, ...]
    retrieval_only: bool = False
    out: Path | None = None
    knowledge_set: str = ""
    limit: int | None = None
    generate: int | None = None
    at_once: int | None = None
    fresh: bool = False
    requirements: tuple[Requirement, ...] = ()

    def __post_init__(self) -> None:
        """Raises EvaluationError where the wishes don't go together."""
        if self.generate is not None and self.out is None:
            raise EvaluationError("--generate needs --out DIR, where the questions are kept")
        for variant in self.variants:
            if self.retrieval_only and not variant.has_retrieval:
                raise EvaluationError(f"--retrieval-only leaves nothing of the variant {variant.name!r}: leave one out")
            if self.knowledge_set and variant.intake_variation:
                names = ", ".join(variant.intake_environment)
                raise EvaluationError(
                    f"the variant {variant.name!r} sets {names}, by which documents are taken in, and --knowledge-set"
                    " names a set that is there: leave one of them out"
                )

    def check_folder(self) -> EvaluationFolder:
        """The folder, which has what is needed. Raises EvaluationError."""
        return EvaluationFolder.at(
            self.folder, needs_docs=not self.knowledge_set, needs_questions=self.generate is None
        )

    def given_questions(self) -> list[Question]:
        """The folder's, none where they are to be made. Raises EvaluationError."""
        folder = self.check_folder()
        return read_questions(folder.questions) if self.generate is None else []
