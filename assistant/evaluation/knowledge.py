"""The knowledge sets that an evaluation searches."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.errors import EvaluationError
from assistant.evaluation.fingerprint import KnownSet
from assistant.evaluation.folder import EvaluationFolder
from assistant.evaluation.intake import take_in
from assistant.evaluation.variants import Variant
from assistant.vector_store.base import VectorStore
from assistant.vector_store.scope import Scope


class Knowledge:
    """The sets that are named, or else one with the documents of the folder for all variants that take documents in
    alike. `say` hears what takes time."""

    def __init__(
        self,
        store: VectorStore,
        folder: EvaluationFolder,
        named: str,
        database_url: str,
        say: Callable[[str], None],
    ) -> None:
        self._store = store
        self._folder = folder
        self._named = named
        self._database_url = database_url
        self._say = say
        self._refused: dict[str, int] = {}

    @property
    def refused_documents(self) -> int:
        """How many could not be taken in, of the set with the most."""
        return max(self._refused.values(), default=0)

    @property
    def removal(self) -> str:
        """The commands that remove what was taken in; "" where nothing was."""
        return " && ".join(f"ingest remove --knowledge-set {name} --all" for name in self._refused)

    def of(self, variant: Variant) -> tuple[str, ...]:
        """The names of the sets that the variant searches, with all documents in them. Raises EvaluationError."""
        if self._named:
            return self._there()
        name = self._folder.knowledge_set(variant.intake_variation)
        if name not in self._refused and variant.has_retrieval:
            self._say(f"taking the documents of {self._folder.docs} into the knowledge set {name}")
            environment = {"DATABASE_URL": self._database_url, **variant.intake_environment}
            self._refused[name] = take_in(self._folder.docs, name, environment).failed
        return (name,)

    def known(self, names: Sequence[str]) -> list[KnownSet]:
        """The sets with their documents, as they are now."""
        found = [(self._store.find_set(name), self._store.documents(name)) for name in names]
        return [KnownSet(each, tuple(documents)) for each, documents in found if each is not None]

    def _there(self) -> tuple[str, ...]:
        names = Scope.of(self._named).knowledge_sets
        missing = [name for name in names if self._store.find_set(name) is None]
        if missing or not names:
            told = ", ".join(missing) or repr(self._named)
            raise EvaluationError(f"there is no knowledge set {told}: `ingest add --knowledge-set` makes one")
        return names
