"""Reading in a child process: what becomes of it, and of its documents, when one does harm."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import sys
import textwrap
import zlib
from pathlib import Path
from zipfile import ZIP_STORED

import pytest

from ingest.errors import ReadingLimitExceeded, ReadingUnavailable
from ingest.loaders.base import LoadedDocument, Markdown, QuestionAnswer, QuestionAnswers
from ingest.reading.base import FurnitureRules, ReadingHints, ReadingLimits, RefusedDocument, SourceFile
from ingest.reading.reader import MAX_DEATHS, ChildReader
from tests.fakes.office_files import zip_file
from tests.fakes.pdf_files import of_objects, stream
from tests.fakes.until import until

ROOT = Path(__file__).resolve().parents[3]
# Seconds of work for the HTML parser, and more memory than a child may have.
SLOW = b"<" * 20_000_000
GREEDY = b"<a " + b"x=1 " * 1_000_000 + b">"


def page(text: bytes, name: str = "a.html") -> SourceFile:
    return SourceFile(f"memory:{name}", name, data=text)


def refusal(outcomes: list[LoadedDocument | RefusedDocument]) -> str:
    """The one reason."""
    [refused] = outcomes
    assert isinstance(refused, RefusedDocument)
    assert refused.uri in str(refused.error)
    return str(refused.error)


def is_loaded(outcomes: list[LoadedDocument | RefusedDocument]) -> bool:
    return all(isinstance(outcome, LoadedDocument) for outcome in outcomes)


def is_running(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_one_child_reads_many_documents(tmp_path: Path) -> None:
    """Files and data, of each format; when the reader closes, the child is gone."""
    path = tmp_path / "a.md"
    path.write_text("# Hours\nNine to five.")
    with ChildReader() as reader:
        [document] = reader.read(SourceFile(str(path), "a.md", path))
        content = Markdown("# Hours\nNine to five.", slug_anchors=True)
        assert document == LoadedDocument(str(path), "", content, hashlib.sha256(path.read_bytes()).hexdigest())
        first = reader.child_pid
        [table] = reader.read(page(b"question,answer\nWhy?,So.\n", "faq.csv"))
        assert isinstance(table, LoadedDocument)
        assert table.content == QuestionAnswers((QuestionAnswer("Why?", "So."),))
        assert "of no supported kind" in refusal(reader.read(page(b"x", "a.exe")))
        assert reader.child_pid == first
    assert first is not None
    assert not is_running(first)


def test_hints_reach_the_loaders() -> None:
    """Columns of tables and rules for pages."""
    hints = ReadingHints("topic", "text", FurnitureRules(("div.promo",), ("[0-9]+ views",)))
    with ChildReader(hints=hints) as reader:
        [table] = reader.read(page(b"topic,text\nPay,In cash.\n", "faq.csv"))
        [html] = reader.read(page(b"<p>One</p><div class=promo>Buy</div><p>12 views</p>"))
    assert isinstance(table, LoadedDocument)
    assert isinstance(html, LoadedDocument)
    assert table.content == QuestionAnswers((QuestionAnswer("Pay", "In cash."),))
    assert html.content == Markdown("One\n", slug_anchors=False)


@pytest.mark.parametrize(
    ("limits", "data", "reason"),
    [
        (ReadingLimits(memory_mb=120), GREEDY, "takes more than 120 MB of memory to read"),
        (ReadingLimits(cpu_s=1), SLOW, "takes longer than 1 s of CPU to read"),
        (ReadingLimits(wall_s=0.5), SLOW, "takes longer than 0.5 s to read"),
    ],
    ids=["memory", "cpu", "wall"],
)
def test_a_document_that_takes_too_much_is_refused(limits: ReadingLimits, data: bytes, reason: str) -> None:
    """With its reason; the next one gets a new child."""
    with ChildReader(limits) as reader:
        assert is_loaded(reader.read(page(b"x", "a.md")))
        first = reader.child_pid
        assert reason in refusal(reader.read(page(data)))
        assert is_loaded(reader.read(page(b"x", "a.md")))
        assert reader.child_pid != first


def test_a_document_that_crashes_its_reader_is_refused() -> None:
    """A library in C that gets no memory ends the process."""
    bomb = zlib.compress(b" " * 150_000_000, level=1)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
        stream(bomb, b"/Filter /FlateDecode "),
    ]
    with ChildReader(ReadingLimits(memory_mb=120)) as reader:
        reason = refusal(reader.read(page(of_objects(objects), "bomb.pdf")))
        assert "memory:bomb.pdf crashes its reader" in reason
        assert is_loaded(reader.read(page(b"x", "a.md")))


def test_a_child_that_was_killed_while_it_waited_costs_no_document() -> None:
    """The system may kill it at any time when memory is short."""
    with ChildReader() as reader:
        assert is_loaded(reader.read(page(b"x", "a.md")))
        assert reader.child_pid is not None
        os.kill(reader.child_pid, signal.SIGKILL)
        os.waitid(os.P_PID, reader.child_pid, os.WEXITED | os.WNOWAIT)
        assert is_loaded(reader.read(page(b"x", "a.md")))


def test_one_bad_member_stops_no_other() -> None:
    """A child that dies of one goes on behind it in a new one."""
    data = zip_file({"a.md": "One", "bad.html": GREEDY, "b.md": "Two", "c.csv": "x", "d.md": "Three"}, ZIP_STORED)
    with ChildReader(ReadingLimits(memory_mb=120)) as reader:
        outcomes = reader.read(page(data, "faq.zip"))
    assert [(outcome.uri, isinstance(outcome, LoadedDocument)) for outcome in outcomes] == [
        ("memory:faq.zip/a.md", True),
        ("memory:faq.zip/bad.html", False),
        ("memory:faq.zip/b.md", True),
        ("memory:faq.zip/c.csv", False),
        ("memory:faq.zip/d.md", True),
    ]
    assert isinstance(outcomes[1], RefusedDocument)
    assert isinstance(outcomes[1].error, ReadingLimitExceeded)


def test_an_archive_that_kills_again_and_again_is_given_up(tmp_path: Path) -> None:
    """Its rest is refused in one line."""
    path = tmp_path / "faq.zip"
    path.write_bytes(zip_file({f"{number}.html": GREEDY for number in range(MAX_DEATHS + 2)}, ZIP_STORED))
    with ChildReader(ReadingLimits(memory_mb=120)) as reader:
        outcomes = reader.read(SourceFile(str(path), "faq.zip", path))
    assert len(outcomes) == MAX_DEATHS + 1
    assert f"{path} was not read to its end" in refusal(outcomes[-1:])


def test_text_is_limited_over_a_whole_archive() -> None:
    """Many members of little text are much text."""
    data = zip_file({f"{number}.md": "x" * 100 for number in range(10)})
    with ChildReader(ReadingLimits(max_text_chars=500)) as reader:
        assert "holds more than 500 characters" in refusal(reader.read(page(data, "faq.zip"))[-1:])
        assert is_loaded(reader.read(page(b"x", "a.md")))


async def test_the_child_ends_with_its_parent() -> None:
    """Even when that is killed, and even while the child is at work."""
    program = f"""
        from ingest.reading.base import SourceFile
        from ingest.reading.reader import ChildReader
        reader = ChildReader()
        reader.read(SourceFile("a", "a.md", data=b"x"))
        print(reader.child_pid, flush=True)
        reader.read(SourceFile("a", "a.html", data=b"<" * {len(SLOW)}))
    """
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", textwrap.dedent(program), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    assert is_running(child)
    parent.kill()
    await parent.wait()
    await until(lambda: not is_running(child))


def test_the_child_knows_no_secret_and_loads_nothing_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its environment is minimal, its folder the root, its session its own."""
    (tmp_path / "csv.py").write_text("raise SystemExit('taken over')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    with ChildReader() as reader:
        assert is_loaded(reader.read(page(b"question,answer\nWhy?,So.\n", "faq.csv")))
        process = Path(f"/proc/{reader.child_pid}")
        assert b"secret" not in (process / "environ").read_bytes()
        assert (process / "cwd").readlink() == Path("/")
        assert os.getsid(reader.child_pid or 0) == reader.child_pid
        assert "torch" not in (process / "maps").read_text()


HOSTILE = """
    import json, struct, sys
    def frame(message):
        payload = json.dumps(message).encode()
        sys.stdout.buffer.write(struct.pack(">I", len(payload)) + payload)
        sys.stdout.buffer.flush()
    def read():
        size = struct.unpack(">I", sys.stdin.buffer.read(4))[0]
        return json.loads(sys.stdin.buffer.read(size))
    read()
    frame({"kind": "ready"})
    read()
    loaded = {"kind": "loaded", "title": "", "content": {"kind": "text", "text": "x"}, "notes": [],
              "content_hash": "0" * 64, "uri": "memory:a.md"}
    begun = {"kind": "begun", "uri": "memory:a.md/b", "index": 0}
    done = {"kind": "done"}
"""


@pytest.mark.parametrize(
    ("behaviour", "is_accepted"),
    [
        ("frame(loaded); frame(done)", True),
        ("frame({**loaded, 'uri': 'memory:other.md'})", False),
        ("frame({**begun, 'uri': 'memory:other.md/b'})", False),
        ("frame({**begun, 'index': 7})", False),
        ("frame(begun); frame({**loaded, 'uri': 'memory:a.md/c'})", False),
        ("frame(done)", False),
        ("frame({'kind': 'surprise'})", False),
        ("frame([])", False),
        ("frame({**loaded, 'content': {'kind': 'text', 'text': 'x' * 2000}})", False),
        ("sys.stdout.buffer.write(bytes([255] * 4))", False),
        ("sys.stdout.buffer.write(b'garbage' * 1000)", False),
        ("sys.exit()", False),
    ],
)
def test_a_child_that_was_taken_over_speaks_for_no_other_document(behaviour: str, is_accepted: bool) -> None:
    """What it sends is checked: uris, order, lengths, types. Whatever it is, the document is refused."""
    program = textwrap.dedent(HOSTILE) + behaviour + "\nsys.stdout.buffer.flush()\nsys.stdin.buffer.read()"
    limits = ReadingLimits(max_text_chars=1_000, wall_s=20)
    with ChildReader(limits, child_command=(sys.executable, "-c", program)) as reader:
        outcomes = reader.read(SourceFile("memory:a.md", "a.md", data=b""))
    assert is_loaded(outcomes) is is_accepted
    assert {outcome.uri for outcome in outcomes} <= {"memory:a.md", "memory:a.md/b"}


def test_a_child_that_does_not_start_is_told_once() -> None:
    """It concerns all documents, so it is no refusal of one."""
    for command in (("/nowhere/python",), (sys.executable, "-c", "raise SystemExit(3)")):
        with (
            ChildReader(child_command=command) as reader,
            pytest.raises(ReadingUnavailable, match="process for reading"),
        ):
            reader.read(page(b"x", "a.md"))
