"""`make demo`: ingests the project's own documentation, then talks about it on this terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from assistant.command_line import INTERRUPTED
from assistant.embedded import Part, embedded_stack
from assistant.errors import EmbeddedStackError

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "docs")
# The demo shows the stack that needs nothing: what is configured for real use must neither answer nor be written to.
CONFIGURED = ("DATABASE_URL", "REDIS_URL", "TGI_URL", "OPENAI_BASE_URL", "EMBEDDING_MODEL")


def main() -> int:
    """Keep one stack for both commands; gives the exit code of the first that fails."""
    home = Path(os.environ.get("ASSISTANT_HOME", ROOT / "build" / "demo")).absolute()
    home.mkdir(parents=True, exist_ok=True)
    with embedded_stack(home, list(Part), on_status=_say):
        _say("ingesting the documentation")
        ingested = _run(home, "ingest", "add", *(str(ROOT / name) for name in DOCUMENTS), stdout=sys.stderr.fileno())
        return ingested or _run(home, "assistant", "chat")


def _run(home: Path, module: str, *arguments: str, stdout: int | None = None) -> int:
    """Run one of our commands in the demo's folder, so that no `.env` of another use is read."""
    ours = (*CONFIGURED, *(name for name in os.environ if name.startswith("ASSISTANT_")))
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    environment["ASSISTANT_HOME"] = str(home)
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, env=environment, cwd=home, stdout=stdout, check=False).returncode


def _say(fact: str) -> None:
    print(f"demo: {fact}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    # Told to end, take the running command along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        sys.exit(main())
    except EmbeddedStackError as error:
        sys.exit(f"demo: error: {error}")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
