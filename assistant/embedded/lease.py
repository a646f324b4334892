"""The user's side of the embedded stack: an open connection to its keeper is the lease of it."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from assistant.embedded.gguf import find_gguf
from assistant.embedded.home import Home, check_sockets_folder, open_home, unusable_home
from assistant.embedded.keeper_start import start_keeper
from assistant.embedded.lock import locked
from assistant.embedded.log import last_words
from assistant.embedded.parts import EmbeddedUrls, Part
from assistant.errors import EmbeddedStackError

# Each part has its own, shorter deadline in the keeper; these only catch a keeper that hangs (a stopped process).
_ANSWER_TIMEOUT_S = 400.0
_STOP_TIMEOUT_S = 120.0


@contextmanager
def embedded_stack(
    home: Path,
    parts: Collection[Part],
    *,
    gguf: Path | None = None,
    on_status: Callable[[str], None] | None = None,
) -> Iterator[EmbeddedUrls]:
    """The URLs of the parts asked for, which answer as long as the context is open.

    All users of one home, in this and in other processes, share one stack. It starts with the first of them and ends
    with the last, however that ends; the last to leave its context waits until every server is gone. `on_status` gets
    a line for each thing worth waiting for. Raises EmbeddedStackError, saying what to do, when a part can't be started.
    """
    if not parts:
        yield EmbeddedUrls()
        return
    model = find_gguf(gguf) if Part.CHAT_MODEL in parts else None
    opened = open_home(home)
    connection = _connect(opened)
    try:
        yield _ask(connection, opened, parts, model, on_status or (lambda _: None))
    finally:
        _give_back(connection)


def _connect(home: Home) -> socket.socket:
    """A lease at the keeper, which is started where none runs.

    The lock is held until the keeper has counted the lease: a keeper that finds itself unused stops only under it.
    """
    try:
        with locked(home.start_lock, _STOP_TIMEOUT_S):
            connection = _greeted(home)
            if connection is None:
                start_keeper(home)
                connection = _greeted(home)
    except TimeoutError as exc:
        raise EmbeddedStackError(
            f"Another command has been starting or stopping the stack in {home.path} for {_STOP_TIMEOUT_S:.0f} s:"
            f" see {home.log('keeper')}, end it, then try again"
        ) from exc
    except OSError as exc:
        raise unusable_home(home.path, exc) from exc
    if connection is None:
        raise _keeper_lost(home)
    return connection


def _greeted(home: Home) -> socket.socket | None:
    """A connection that the keeper has counted as a lease; None where no keeper runs, or one is just dying."""
    check_sockets_folder(home)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(_ANSWER_TIMEOUT_S)
    try:
        connection.connect(str(home.keeper_socket))
        if connection.recv(1):
            return connection
    except (FileNotFoundError, ConnectionError):
        pass
    connection.close()
    return None


def _ask(
    connection: socket.socket,
    home: Home,
    parts: Collection[Part],
    model: Path | None,
    on_status: Callable[[str], None],
) -> EmbeddedUrls:
    request = {"parts": sorted(set(parts)), "gguf": str(model) if model else ""}
    try:
        connection.sendall(json.dumps(request).encode() + b"\n")
        with connection.makefile("rb") as lines:
            return _read_answer(lines, home, on_status)
    except OSError as exc:
        raise _keeper_lost(home) from exc


def _read_answer(lines: BinaryIO, home: Home, on_status: Callable[[str], None]) -> EmbeddedUrls:
    """Pass status lines on until the answer comes."""
    for line in lines:
        answer = json.loads(line)
        if "status" in answer:
            on_status(answer["status"])
        elif "error" in answer:
            raise EmbeddedStackError(answer["error"])
        else:
            return EmbeddedUrls.from_json(answer)
    raise _keeper_lost(home)


def _give_back(connection: socket.socket) -> None:
    """End the lease. The keeper closes the connection at once where others remain, else when every server is gone."""
    with connection, suppress(OSError):  # a keeper that is gone already needs no word
        connection.settimeout(_STOP_TIMEOUT_S)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass


def _keeper_lost(home: Home) -> EmbeddedStackError:
    log = home.log("keeper")
    return EmbeddedStackError(f"The embedded stack ended unexpectedly ({last_words(log)}): see {log}, then start again")
