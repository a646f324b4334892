"""From what the user names to the files to take in."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.errors import DocumentMissing, IngestError, shown
from ingest.loaders.registry import is_supported
from ingest.uris import document_uri


@dataclass(slots=True)
class FoundFiles:
    """Absolute paths in order, each once; what was wrong with an argument or a folder; and how many files of folders
    were passed over, by suffix."""

    paths: list[Path] = field(default_factory=list)
    errors: list[tuple[str, IngestError]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def find_files(arguments: list[str], *, may_be_empty: bool = False) -> FoundFiles:
    """The files named, and the supported ones below the folders named, sorted; hidden ones there are left out. A folder
    without any is wrong unless it `may_be_empty`."""
    found = FoundFiles()
    for argument in arguments:
        try:
            found.paths.extend(_expand(argument, found, may_be_empty=may_be_empty))
        except IngestError as exc:
            found.errors.append((argument, exc))
    found.paths = list(dict.fromkeys(found.paths))
    return found


def passed_over(skipped: Counter[str]) -> tuple[str, ...]:
    """How many files of folders were passed over, by kind, on one line; nothing where none was."""
    if not skipped:
        return ()
    kinds = ", ".join(f"{shown(kind)}: {count}" for kind, count in sorted(skipped.items()))
    return (f"passed over {skipped.total()} file{'' if skipped.total() == 1 else 's'} in folders ({kinds})",)


def _expand(argument: str, found: FoundFiles, *, may_be_empty: bool) -> list[Path]:
    path = Path(document_uri(argument))
    if not path.is_dir():
        return [path]
    files = list(_walk(path, found))
    if not files and not may_be_empty:
        raise DocumentMissing(f"{shown(path)} has no file of a supported kind in it: name the folder of your documents")
    return files


def _walk(root: Path, found: FoundFiles) -> Iterator[Path]:
    def unreadable(exc: OSError) -> None:
        folder = str(exc.filename)
        found.errors.append(
            (folder, DocumentMissing(f"{shown(folder)} can't be read ({exc.strerror}): check its permissions"))
        )

    for folder, subfolders, names in os.walk(root, onerror=unreadable):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for path in (Path(folder, name) for name in sorted(names) if not name.startswith(".")):
            if not is_supported(path):
                found.skipped[path.suffix.lower() or "no suffix"] += 1
            elif _leaves(path, root):
                found.skipped["links to outside of the folder"] += 1
            else:
                yield path


def _leaves(path: Path, root: Path) -> bool:
    """Whether a symbolic link leads out of the folder: whoever may write into it must not read everything else."""
    return path.is_symlink() and not path.resolve().is_relative_to(root.resolve())
