"""The results of a run, a line each: written as they come, so that a run that was broken off goes on."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from assistant.errors import EvaluationError
from assistant.evaluation.fingerprint import Fingerprint, differences
from assistant.evaluation.result import Result, read_result


@contextmanager
def held_folder(folder: Path) -> Iterator[Path]:
    """The folder, made if need be, for us alone while the block runs. Raises EvaluationError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as exc:
        raise EvaluationError(f"--out {folder} can't be written to ({exc.strerror}): name another folder") from exc
    try:
        _lock(handle, folder)
        yield folder
    finally:
        os.close(handle)


def _lock(handle: int, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        raise EvaluationError(
            f"another evaluation writes to {folder}: wait for its end, or name another --out"
        ) from exc


class ResultsFile:
    """`results.jsonl` of a folder, or `results.PART.jsonl`, and beside it what its results depend on. Not safe to share
    between threads."""

    def __init__(self, folder: Path, part: str, fingerprint: Fingerprint) -> None:
        suffix = f".{part}" if part else ""
        self.path = folder / f"results{suffix}.jsonl"
        self._facts = folder / f"run{suffix}.json"
        self._fingerprint = dict(fingerprint)
        self._results: dict[str, Result] = {}
        self._handle: int | None = None

    def check(self) -> None:
        """Raises EvaluationError where the file holds the results of another configuration."""
        if not self.path.exists():
            return
        try:
            known = json.loads(self._facts.read_bytes())
        except (OSError, ValueError) as exc:
            raise EvaluationError(
                f"{self.path} is there, and {self._facts.name} does not say of which configuration: name another --out,"
                " or throw it away with --fresh"
            ) from exc
        changed = differences(known if isinstance(known, dict) else {}, self._fingerprint)
        if changed:
            raise EvaluationError(
                f"{self.path} holds the results of another configuration ({', '.join(changed)} changed): name another"
                " --out, or throw them away with --fresh"
            )

    def open(self, keys: Collection[str], *, fresh: bool) -> dict[str, Result]:
        """The results that are there already, by key, as far as they are of these questions; those that failed are left
        out, and so is a line that was cut short. Raises EvaluationError."""
        if not fresh:
            self.check()
            self._results = {key: result for key, result in self._read() if key in keys and result.decision != "error"}
        _replace(self._facts, [json.dumps(self._fingerprint, indent=1, ensure_ascii=False).encode() + b"\n"])
        _replace(self.path, [result.line() for result in self._results.values()])
        self._handle = os.open(self.path, os.O_WRONLY | os.O_APPEND)
        return dict(self._results)

    def add(self, result: Result) -> None:
        """Write one more line, in one piece. Raises EvaluationError."""
        if self._handle is None:
            raise RuntimeError("the file is not open")
        self._results[result.key] = result
        line = result.line()
        try:
            while line:
                line = line[os.write(self._handle, line) :]
        except OSError as exc:
            raise EvaluationError(
                f"{self.path} can't be written ({exc.strerror}): make room, and run it again"
            ) from exc

    def finish(self, results: Sequence[Result]) -> None:
        """Have the file hold these, in their order."""
        self.close()
        _replace(self.path, [result.line() for result in results])

    def close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _read(self) -> Iterator[tuple[str, Result]]:
        if not self.path.exists():
            return
        with self.path.open("rb") as lines:
            for line in lines:
                result = read_result(line) if line.endswith(b"\n") else None
                if result is not None:
                    yield result.key, result


def _replace(path: Path, parts: Sequence[bytes]) -> None:
    """Put the file there whole, or leave the old one. Raises EvaluationError."""
    draft = path.with_name(f".{path.name}.new")
    try:
        with draft.open("wb") as file:
            file.writelines(parts)
        draft.replace(path)
    except OSError as exc:
        raise EvaluationError(f"{path} can't be written ({exc.strerror}): make room, or name another --out") from exc
