"""An evaluation from its folder to its outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from psycopg_pool import ConnectionPool

from assistant import wiring
from assistant.config import Settings
from assistant.evaluation.asker import Asker, answering_asker, searching_asker
from assistant.evaluation.asking import ask_all
from assistant.evaluation.fingerprint import fingerprint
from assistant.evaluation.folder import QUESTIONS
from assistant.evaluation.knowledge import Knowledge
from assistant.evaluation.made_questions import make_questions, write_questions
from assistant.evaluation.outcome import Outcome, VariantOutcome
from assistant.evaluation.progress import counted
from assistant.evaluation.questions import Question, read_questions, sample
from assistant.evaluation.request import Request
from assistant.evaluation.requirements import verdicts
from assistant.evaluation.result import Result
from assistant.evaluation.results_file import ResultsFile
from assistant.evaluation.similarity import is_compared, with_similarities
from assistant.evaluation.variants import Variant
from assistant.vector_store.scope import Scope

Say = Callable[[str], None]


class Evaluation:
    """On a database that is up, with the schema of this release. `say` hears what the user should know meanwhile."""

    def __init__(self, request: Request, settings: Settings, pool: ConnectionPool, say: Say) -> None:
        self._request = request
        self._settings = settings
        self._pool = pool
        self._say = say
        self._store = wiring.vector_store(pool)
        folder = request.check_folder()
        self._name = folder.path.name
        self._knowledge = Knowledge(self._store, folder, request.knowledge_set, settings.database_url, say)
        self._mode = "retrieval only" if request.retrieval_only else "answers"

    def run(self, given: Sequence[Question]) -> Outcome:
        """Ask the given questions, or with none given made ones. Raises AssistantError."""
        request = self._request
        sets = [self._knowledge.of(variant) for variant in request.variants]
        everything = list(given) or self._made_questions(sets[0])
        questions = sample(everything, request.limit)
        asked = list(zip(request.variants, sets, strict=True))
        files = [self._file(variant, questions, names) for variant, names in asked]
        found = [
            self._results(variant, names, questions, file) for (variant, names), file in zip(asked, files, strict=True)
        ]
        results = self._compared(found, sets[0])
        for file, each in zip(files, results, strict=True):
            if file is not None:
                file.finish(each)
        outcomes = tuple(
            VariantOutcome.of(variant, questions, each) for variant, each in zip(request.variants, results, strict=True)
        )
        return Outcome(
            self._name,
            self._mode,
            tuple(dict.fromkeys(name for names in sets for name in names)),
            self._knowledge.removal,
            self._knowledge.refused_documents,
            len(questions),
            len(everything),
            outcomes,
            tuple(verdicts(request.requirements, outcomes[0].figures)),
        )

    def _made_questions(self, sets: Sequence[str]) -> list[Question]:
        request = self._request
        if request.out is None or request.generate is None:
            raise RuntimeError("neither questions nor a place for them")
        path = request.out / QUESTIONS
        if path.exists() and not request.fresh:
            self._say(f"going on with the questions of {path}")
            return read_questions(path)
        settings = self._complete(request.variants[0].settings)
        made = make_questions(settings, self._pool, sets[0], request.generate, self._say)
        write_questions(path, made)
        return made

    def _file(self, variant: Variant, questions: Sequence[Question], sets: Sequence[str]) -> ResultsFile | None:
        """Where the variant's results go, which may hold some of this configuration, and of no other."""
        request = self._request
        if request.out is None:
            return None
        known = self._knowledge.known(sets)
        policy = wiring.answer_policy(variant.settings, self._pool)
        limits = policy.near(known[0].knowledge_set.space.model_name, sets) if known else None
        depends_on = fingerprint(variant, questions, known, self._mode, limits)
        file = ResultsFile(request.out, variant.file_part, depends_on)
        if not request.fresh:
            file.check()
        return file

    def _results(
        self, variant: Variant, sets: Sequence[str], questions: Sequence[Question], file: ResultsFile | None
    ) -> list[Result]:
        """Of all questions, in their order: those that were there already, and the rest, asked now."""
        keys = [question.key for question in questions]
        done = file.open(set(keys), fresh=self._request.fresh) if file else {}
        todo = [question for question in questions if question.key not in done]
        if len(todo) < len(questions):
            self._say(f"{variant.name}: {len(questions) - len(todo)} of {len(questions)} questions are done already")
        if todo:
            with self._asker(variant, sets) as asker, counted(variant.name, len(questions), len(done)) as advance:
                for result in ask_all(todo, asker.result_of, self._request.at_once or asker.at_once):
                    done[result.key] = result
                    if file:
                        file.add(result)
                    advance()
        return [done[key] for key in keys]

    def _asker(self, variant: Variant, sets: Sequence[str]) -> AbstractContextManager[Asker]:
        settings, scope = self._complete(variant.settings), Scope(tuple(sets))
        if self._request.retrieval_only:
            return searching_asker(settings, self._pool, scope)
        return answering_asker(variant, settings, self._pool, scope, self._say)

    def _compared(self, found: Sequence[Sequence[Result]], sets: Sequence[str]) -> list[list[Result]]:
        """The results with their similarities, all by one embedding model."""
        known = self._store.find_set(sets[0])
        if known is None or not any(is_compared(result) for results in found for result in results):
            return [list(results) for results in found]
        with wiring.embedding_models(self._settings) as models:
            embedder = models.for_model(known.space)
            return [with_similarities(embedder, results) for results in found]

    def _complete(self, settings: Settings) -> Settings:
        """The settings with the database that is up."""
        return settings.model_copy(update={"database_url": self._settings.database_url})
