"""Kills `ingest sync` with -9 at random moments: `python -m tests.faults.sync_kills [--kills 100] [--seed 1]`.

Each round changes some documents of a folder, starts a sync and kills it. After each kill every document must be there
whole, in one of its versions, each chunk once and with its vectors. In the end one more sync must finish the work, and
the one after that find nothing to do.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from assistant.database import migrate
from assistant.embedded import Part, embedded_stack

INGEST = [sys.executable, "-m", "ingest"]
WORDS = (
    *("invoice", "parcel", "refund", "account", "password", "branch"),
    *("holiday", "address", "contract", "payment", "delivery", "warranty"),
)


@dataclass
class Folder:
    """Documents whose every chunk tells its document, version, place, and how many there are."""

    path: Path
    random: random.Random
    versions: dict[str, int] = field(default_factory=dict)
    parts: dict[tuple[str, int], int] = field(default_factory=dict)

    def write(self, name: str) -> None:
        """A new version of the document."""
        version = self.versions.get(name, 0) + 1
        count = self.random.randint(1, 12)
        self.versions[name], self.parts[name, version] = version, count
        sections = [f"# Part {part}\n\n{name} {version} {part} {self._prose()}" for part in range(count)]
        (self.path / f"{name}.md").write_text("\n\n".join(sections), encoding="utf-8")

    def remove(self, name: str) -> None:
        del self.versions[name]
        (self.path / f"{name}.md").unlink()

    def _prose(self) -> str:
        return " ".join(self.random.choice(WORDS) for _ in range(self.random.randint(40, 150)))


@dataclass(slots=True)
class Account:
    """What the kills did. `ended_before`: syncs that were done before they could be killed."""

    kills: int = 0
    ended_before: int = 0
    half_documents: int = 0
    duplicates: int = 0
    without_vectors: int = 0
    left_over_processes: int = 0
    unfinished: int = 0
    repeated: int = 0

    @property
    def is_good(self) -> bool:
        return not (
            self.half_documents
            or self.duplicates
            or self.without_vectors
            or self.left_over_processes
            or self.unfinished
            or self.repeated
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--documents", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    account = run(arguments.kills, arguments.documents, arguments.seed)
    print(json.dumps({name: getattr(account, name) for name in Account.__slots__}))
    sys.exit(0 if account.is_good else 1)


def run(kills: int, documents: int, seed: int) -> Account:
    """The whole, with a database of its own."""
    account, chance = Account(), random.Random(seed)
    home = Path(tempfile.mkdtemp(prefix="llamadesk-kills-"))
    try:
        with embedded_stack(home, [Part.POSTGRES]) as urls:
            migrate(urls.database_url)
            (home / "docs").mkdir()
            folder = Folder(home / "docs", chance)
            for number in range(documents):
                folder.write(f"doc{number}")
            environment = {**os.environ, "DATABASE_URL": urls.database_url, "ASSISTANT_HOME": str(home)}
            with psycopg.connect(urls.database_url, autocommit=True) as connection:
                _rounds(kills, folder, environment, connection, account)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return account


def _rounds(
    kills: int, folder: Folder, environment: dict[str, str], connection: psycopg.Connection[Any], account: Account
) -> None:
    whole_s = _timed(folder, environment)
    while account.kills < kills:
        for name in folder.random.sample(sorted(folder.versions), len(folder.versions) // 2):
            folder.write(name)
        _kill_one(folder.random.uniform(0.0, whole_s), folder, environment, account)
        check(folder, connection, account)
    summary = sync(folder, environment)
    current = [(name, version) for name, version in folder.versions.items()]
    stored = connection.execute("select distinct split_part(text, ' ', 1), split_part(text, ' ', 2)::int from chunks")
    account.unfinished = len(set(current) ^ set(stored.fetchall())) + summary["failed"]
    check(folder, connection, account)
    again = sync(folder, environment)
    account.repeated = again["embedded_chunks"] + again["changed"] + again["added"]


def _timed(folder: Folder, environment: dict[str, str]) -> float:
    """How long a sync of about as much takes as the rounds will have; the model is exported before."""
    sync(folder, environment)
    for name in folder.random.sample(sorted(folder.versions), len(folder.versions) // 2):
        folder.write(name)
    started = time.monotonic()
    sync(folder, environment)
    return time.monotonic() - started


def sync(folder: Folder, environment: dict[str, str]) -> dict[str, Any]:
    """One that is let finish; its summary."""
    done = subprocess.run(_command(folder), env=environment, stdout=subprocess.PIPE, check=True)
    summary: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return summary


def _command(folder: Folder) -> list[str]:
    return [*INGEST, "sync", str(folder.path), "--json"]


def _kill_one(after_s: float, folder: Folder, environment: dict[str, str], account: Account) -> None:
    with subprocess.Popen(
        _command(folder), env=environment, stdout=subprocess.DEVNULL, start_new_session=True
    ) as child:
        try:
            child.wait(after_s)
            account.ended_before += 1
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            account.kills += 1
    account.left_over_processes += _left_over(folder)


def _left_over(folder: Folder) -> int:
    """Processes of a killed sync that still run after a second."""
    import psutil

    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        found = [
            process
            for process in psutil.process_iter(["cmdline"])
            if "ingest.reading.child" in " ".join(process.info["cmdline"] or ()) and process.ppid() == 1
        ]
        if not found:
            return 0
        time.sleep(0.05)
    return len(found)


def check(folder: Folder, connection: psycopg.Connection[Any], account: Account) -> None:
    """Every document that is stored is whole, in one version."""
    # The killed process's connection may still be ending its statement.
    while connection.execute(
        "select count(*) from pg_stat_activity where application_name = 'llamadesk' and pid <> pg_backend_pid()"
    ).fetchone() != (0,):
        time.sleep(0.02)
    rows = connection.execute(
        "select d.id, split_part(c.text, ' ', 1), split_part(c.text, ' ', 2)::int, split_part(c.text, ' ', 3)::int"
        " from documents d left join chunks c on c.document_id = d.id"
    ).fetchall()
    by_document: dict[int, list[tuple[str, int, int]]] = {}
    for document_id, name, version, part in rows:
        by_document.setdefault(document_id, []).append((name, version, part))
    for stored in by_document.values():
        versions = {(name, version) for name, version, _ in stored}
        parts = Counter(part for _, _, part in stored)
        if len(versions) != 1 or set(parts) != set(range(folder.parts.get(next(iter(versions)), -1))):
            account.half_documents += 1
        if max(parts.values()) > 1:
            account.duplicates += 1
    names = Counter(next(iter(stored))[0] for stored in by_document.values())
    account.duplicates += sum(1 for count in names.values() if count > 1)
    row = connection.execute(
        "select count(*) from chunks c where not exists (select from embeddings e where e.chunk_id = c.id)"
    ).fetchone()
    account.without_vectors += row[0] if row else 0


if __name__ == "__main__":
    main()
