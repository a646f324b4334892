"""Sets of the shared data, taken in with `ingest add` into a database of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from assistant import wiring
from assistant.config import Settings, load_settings
from assistant.database import migrate
from assistant.embedded import Part, embedded_stack
from assistant.retrieve import Retriever
from tests.bench.recall import DATA


@contextmanager
def loaded(names: Sequence[str]) -> Iterator[tuple[Settings, Retriever]]:
    """The settings, and what finds passages in the sets of these names as a worker does, while the block runs."""
    with tempfile.TemporaryDirectory() as home, embedded_stack(Path(home), [Part.POSTGRES]) as urls:
        os.environ |= {"DATABASE_URL": urls.database_url, "ASSISTANT_HOME": home}
        migrate(urls.database_url)
        for name in names:
            add = [sys.executable, "-m", "ingest", "add", str(DATA / name / "docs"), "--knowledge-set", name, "--json"]
            subprocess.run(add, stdout=subprocess.DEVNULL, check=True)
            print(f"{name} is taken in", flush=True)
        settings = load_settings()
        with wiring.database_pool(settings, 4) as pool, wiring.retriever(settings, pool) as retriever:
            yield settings, retriever
