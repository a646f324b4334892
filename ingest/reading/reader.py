"""Reading in a child process that is held to limits and replaced when it dies."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from ingest.errors import ReadingLimitExceeded, shown
from ingest.loaders.base import LoadedDocument
from ingest.loaders.options import LoaderOptions, ReadingHints, ReadingLimits
from ingest.reading.base import RefusedDocument, SourceFile
from ingest.reading.child_process import COMMAND, ChildFailed, ChildProcess, Failure
from ingest.reading.failures import refusal_of
from ingest.reading.frames import FrameBroken
from ingest.reading.reply import Reply

# A character of text takes up to six bytes in a frame ("\u0001"), and there is more than text in it.
_BYTES_PER_CHAR = 6
_MORE_BYTES = 4_000_000
# Of one archive: so many of its members may cost a child its life before the rest is refused.
MAX_DEATHS = 10


class ChildReader:
    """A DocumentReader that reads each document in a child process; one child serves until it dies."""

    def __init__(
        self,
        limits: ReadingLimits | None = None,
        hints: ReadingHints | None = None,
        child_command: Sequence[str] = COMMAND,
    ) -> None:
        self._options = LoaderOptions(limits or ReadingLimits(), hints or ReadingHints())
        self._limits = self._options.limits
        self._command = child_command
        self._child: ChildProcess | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def child_pid(self) -> int | None:
        """Of the process that reads; None while there is none."""
        return self._child.pid if self._child else None

    def close(self) -> None:
        """End the child; the next document gets a new one."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def read(self, source: SourceFile) -> list[LoadedDocument | RefusedDocument]:
        """See DocumentReader."""
        reply = Reply(source, self._limits)
        end = time.monotonic() + self._limits.archive_wall_s
        deaths = 0
        while not reply.is_done:
            try:
                self._converse(reply, end)
            except ChildFailed as exc:
                self.close()
                deaths += 1
                self._after_death(reply, exc, deaths, end)
            except BaseException:
                self.close()  # its next frame would be taken for the next document's
                raise
        return reply.entries

    def _converse(self, reply: Reply, end: float) -> None:
        """Ask for the source, from the member after the last one on, and take in what comes."""
        source = reply.source
        if self._child is not None and not self._child.is_alive:
            self.close()  # killed while it waited, which is no fault of this document
        if self._child is None:
            self._child = ChildProcess(self._options, self._command)
        data = source.data or b""
        request = {
            "uri": source.uri,
            "name": source.name,
            "path": str(source.path) if source.path is not None else "",
            "data_bytes": len(data),
            "media_type": source.media_type,
            "first": reply.next_member,
        }
        self._child.send(request, data, self._deadline(end))
        while not reply.is_done:
            max_bytes = self._limits.max_text_chars * _BYTES_PER_CHAR + _MORE_BYTES
            message = self._child.receive(max_bytes, self._deadline(end))
            try:
                reply.take(message)
            except FrameBroken as exc:
                raise ChildFailed(Failure.CRASH) from exc
        if reply.is_cut:
            self.close()

    def _after_death(self, reply: Reply, exc: ChildFailed, deaths: int, end: float) -> None:
        """Refuse what was being read; go on behind it in an archive."""
        uri = reply.member_uri or reply.source.uri
        reply.refuse(refusal_of(uri, exc, self._limits), uri)
        if not reply.member_uri:
            reply.is_done = True
        elif deaths >= MAX_DEATHS or time.monotonic() > end:
            reply.refuse(
                ReadingLimitExceeded(
                    f"{shown(reply.source.uri)} was not read to its end: take out the files named before,"
                    " and add it again"
                )
            )
            reply.is_done = True

    def _deadline(self, end: float) -> float:
        return min(time.monotonic() + self._limits.wall_s, end)
