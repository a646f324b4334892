"""What all commands share."""

from __future__ import annotations

import signal
import subprocess
import sys

SWALLOWS = """
import signal, time, click
from assistant.command_line import CommandGroup

class Finalised:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

@click.group(cls=CommandGroup)
def main(): ...

@main.command()
def work():
    Finalised()
    time.sleep(30)
    print("swallowed")

main(["work"])
"""


def test_ctrl_c_in_a_finaliser_ends_the_command() -> None:
    """Python raises nothing out of `__del__`: the interrupt would be lost, and the command would go on."""
    done = subprocess.run([sys.executable, "-c", SWALLOWS], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (128 + signal.SIGINT, "", "")
