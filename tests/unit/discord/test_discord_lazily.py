"""The package without the library."""

from __future__ import annotations

import subprocess
import sys


def test_importing_the_package_needs_no_discord_py() -> None:
    """discord.py is an extra: whoever has not installed it can import what mentions Discord."""
    code = "import sys; sys.modules['discord'] = None; from adapters.discord import attach; print(attach.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.strip(), done.returncode) == ("attach", 0), done.stderr
