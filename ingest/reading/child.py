"""The process that reads documents: `python -m ingest.reading.child`, frames on standard input and output.

It is told its limits once, then reads one source after the other. It ends with its standard input, so never outlives
its parent, and whenever a document takes more memory than it may have.
"""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from ingest.loaders.options import FurnitureRules, LoaderOptions, ReadingHints, ReadingLimits
from ingest.reading.base import RefusedDocument, SourceFile
from ingest.reading.document_json import document_to_json, refusal_to_json
from ingest.reading.documents import Begun, documents
from ingest.reading.frames import HEADER, decode, encode, length, number, text
from ingest.reading.resource_limits import limit_cpu, limit_process

EXIT_OUT_OF_MEMORY = 71
# From the parent come names and options; documents come as bytes behind their frame.
MAX_REQUEST_BYTES = 16_000_000
# Enough for a thread that only waits, of little address space.
_WATCH_STACK_BYTES = 256 * 1024


def main() -> None:
    """Serve the parent until it goes."""
    # What openpyxl would load, with threads and 100 MB of address space, for numbers that nobody stores.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    requests, replies = _private_pipes()
    hello = _read_frame(requests)
    if hello is None:
        return
    options = options_from_json(hello)
    threading.stack_size(_WATCH_STACK_BYTES)
    threading.Thread(target=_end_with, args=(requests,), daemon=True).start()
    limit_process(options.limits.memory_mb)
    _write(replies, {"kind": "ready"})
    try:
        while request := _read_frame(requests):
            _serve(requests, replies, request, options)
    except MemoryError:
        # Nothing can be relied on any more, not even that there is memory for an answer.
        os._exit(EXIT_OUT_OF_MEMORY)


def options_from_json(message: Mapping[str, object]) -> LoaderOptions:
    """From `dataclasses.asdict` of them."""
    limits, hints = message["limits"], message["hints"]
    assert isinstance(limits, dict)  # noqa: S101 - the parent is trusted; for the type checker
    assert isinstance(hints, dict)  # noqa: S101
    rules = hints.pop("furniture_rules")
    furniture = FurnitureRules(tuple(rules["selectors"]), tuple(rules["lines"]))
    return LoaderOptions(ReadingLimits(**limits), ReadingHints(**hints, furniture_rules=furniture))


def _serve(requests: int, replies: int, request: Mapping[str, object], options: LoaderOptions) -> None:
    path = text(request, "path")
    data = None if path else _read_bytes(requests, number(request, "data_bytes"))
    source = SourceFile(
        text(request, "uri"), text(request, "name"), Path(path) if path else None, data, text(request, "media_type")
    )
    limit_cpu(options.limits.cpu_s)
    messages: list[Mapping[str, object]] = []
    for outcome in documents(source, options, number(request, "first")):
        if isinstance(outcome, Begun):
            limit_cpu(options.limits.cpu_s)
            _write(replies, *messages, {"kind": "begun", "uri": outcome.uri, "index": outcome.index})
            messages = []
        elif isinstance(outcome, RefusedDocument):
            messages.append({"kind": "refused", **refusal_to_json(outcome)})
        else:
            messages.append({"kind": "loaded", **document_to_json(outcome)})
    _write(replies, *messages, {"kind": "done"})


def _private_pipes() -> tuple[int, int]:
    """Standard input and output under other numbers: what a library prints must not come between the frames."""
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return requests, replies


def _end_with(requests: int) -> None:
    """End the process as soon as the parent has closed its end, whatever is being read."""
    poll = select.poll()
    poll.register(requests, 0)
    poll.poll()
    os._exit(0)


def _read_frame(requests: int) -> Mapping[str, object] | None:
    header = _read_bytes(requests, HEADER.size)
    return decode(_read_bytes(requests, length(header, MAX_REQUEST_BYTES))) if header else None


def _read_bytes(requests: int, count: int) -> bytes:
    """So many bytes; none at the end of input."""
    parts = []
    while count and (part := os.read(requests, min(count, 1 << 20))):
        parts.append(part)
        count -= len(part)
    return b"" if count else b"".join(parts)


def _write(replies: int, *messages: Mapping[str, object]) -> None:
    rest = memoryview(b"".join(map(encode, messages)))
    while rest:
        rest = rest[os.write(replies, rest) :]


if __name__ == "__main__":
    main()
