"""Only processes that are provably ours are ended."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.embedded.home import open_home
from assistant.embedded.lock import locked, try_lock
from assistant.embedded.process_record import ProcessRecord, read_record, take_over, write_record
from assistant.embedded.processes import Identity, end, identity, is_alive


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has not asked to be ended."""
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


def test_process_that_got_a_used_number_is_left_alone(sleeper: subprocess.Popen[bytes]) -> None:
    """The number is right, the time of its start is not: it is somebody else."""
    ours = identity(sleeper.pid)
    assert ours is not None
    stranger = Identity(ours.pid, ours.started - 60)
    end(stranger, by_force=True)
    assert (is_alive(stranger), is_alive(ours), sleeper.poll()) == (False, True, None)


@pytest.mark.parametrize(("by_force", "code"), [(False, -15), (True, -9)])
def test_noted_process_is_ended(sleeper: subprocess.Popen[bytes], by_force: bool, code: int) -> None:
    """In order, or by force."""
    ours = identity(sleeper.pid)
    assert ours is not None
    end(ours, by_force=by_force)
    assert sleeper.wait(10) == code
    assert not is_alive(ours)


def test_record_comes_back_as_written(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    """This process is the keeper; a child that is gone already is left out."""
    with subprocess.Popen(["true"]) as gone:
        pass
    write_record(tmp_path / "record.json", [sleeper.pid, gone.pid])
    child = identity(sleeper.pid)
    assert child is not None
    assert read_record(tmp_path / "record.json") == ProcessRecord(identity(os.getpid()), (child,))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"keeper": null, "children": []}',
        '{"keeper": [1, 0.5], "children": []}',
        '{"keeper": [9]}',
        '{"keeper": [9, 1.5], "children": [["9", 1.5]]}',
        '{"keeper": [9, 1.5], "children": [[-1, 1.5]]}',
    ],
)
def test_damaged_record_proves_nothing(tmp_path: Path, text: str) -> None:
    """Nothing is ended on the word of a file that this program did not write whole."""
    (tmp_path / "record.json").write_text(text)
    assert read_record(tmp_path / "record.json") == ProcessRecord()


def test_server_that_outlived_its_keeper_is_ended_before_the_next_start(tmp_path: Path) -> None:
    """Where no kernel ends the servers with their keeper, the record does: the lock they inherited is waited for."""
    home = open_home(tmp_path)
    script = (
        "import subprocess, sys; from pathlib import Path\n"
        "from assistant.embedded.home import Home; from assistant.embedded.lock import try_lock\n"
        "from assistant.embedded.process_record import write_record\n"
        "home = Home(Path(sys.argv[1])); lock = try_lock(home.keeper_lock)\n"
        "child = subprocess.Popen(['sleep', '600'], pass_fds=[lock], stdout=subprocess.DEVNULL)\n"
        "write_record(home.process_record, [child.pid]); print(child.pid)"
    )
    said = subprocess.run([sys.executable, "-c", script, home.path], check=True, stdout=subprocess.PIPE).stdout
    left = identity(int(said))
    assert left is not None
    os.close(take_over(home))
    assert not is_alive(left)


def test_lock_is_free_again_after_use(tmp_path: Path) -> None:
    """One holder at a time; the second is told after its deadline."""
    with locked(tmp_path / "lock", 1):
        assert try_lock(tmp_path / "lock") is None
        with pytest.raises(TimeoutError), locked(tmp_path / "lock", 0.05):
            pass
    descriptor = try_lock(tmp_path / "lock")
    assert descriptor is not None
    os.close(descriptor)
