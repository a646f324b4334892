"""The process that owns the servers of one home: python -m assistant.embedded.keeper (see keeper_start).

It listens on a Unix socket. A connection is a lease: one line of JSON asks for parts, lines with a status follow, then
one with the URLs or an error. When the last lease ends, however its holder ended, so do the servers and the keeper.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

from assistant.embedded.children import Children
from assistant.embedded.home import Home, make_sockets_folder, unusable_home
from assistant.embedded.lock import try_lock
from assistant.embedded.process_record import take_over, write_record
from assistant.embedded.stack import Stack
from assistant.errors import EmbeddedStackError

WELCOME = b"\n"
_FIRST_LEASE_S = 30.0  # whoever started us may have been killed before it connected
_POLL_S = 0.02


class Keeper:
    """Counts leases and ends itself when there is none."""

    def __init__(self, home: Home, stack: Stack) -> None:
        self._home = home
        self._stack = stack
        self._leases = 0
        self._changed = asyncio.Event()
        self._told_to_stop = False
        self._leaving: list[asyncio.StreamWriter] = []

    async def listen(self) -> asyncio.AbstractServer:
        self._home.keeper_socket.unlink(missing_ok=True)
        for stop_signal in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(stop_signal, self._stop)
        return await asyncio.start_unix_server(self._hold_lease, self._home.keeper_socket)

    async def until_unused(self) -> None:
        """Return when no lease is left, with the start lock held for the rest of this process: nobody can come now."""
        timeout_s: float | None = _FIRST_LEASE_S
        while not self._told_to_stop:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), timeout_s)
            self._changed.clear()
            timeout_s = None
            while not self._leases and not self._told_to_stop:
                if try_lock(self._home.start_lock) is not None:
                    return
                await asyncio.sleep(_POLL_S)  # somebody is just coming

    def _stop(self) -> None:
        self._told_to_stop = True
        self._changed.set()

    async def _hold_lease(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._leases += 1
        self._let_go()
        try:
            writer.write(WELCOME)
            await self._answer(reader, writer)
            await reader.read()
        except ConnectionError:
            pass  # the holder was killed while it was being answered
        finally:
            self._leases -= 1
            # The last one's connection stays open until we are gone, so that it can wait for the end of the servers.
            self._leaving.append(writer)
            if self._leases:
                self._let_go()
            self._changed.set()

    def _let_go(self) -> None:
        for writer in self._leaving:
            writer.close()
        self._leaving.clear()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        if not line:
            return
        request = json.loads(line)
        try:
            answer = await self._stack.urls(request["parts"], request["gguf"], lambda text: _send(writer, status=text))
        except EmbeddedStackError as exc:
            _send(writer, error=str(exc))
        else:
            _send(writer, **answer)
        await writer.drain()


def _send(writer: asyncio.StreamWriter, **line: str) -> None:
    writer.write(json.dumps(line).encode() + b"\n")


async def _keep(home: Home, lock: int, announce_to: int) -> None:
    children = Children(home, lock)
    keeper = Keeper(home, Stack(home, children))
    asyncio.get_running_loop().add_signal_handler(signal.SIGCHLD, children.reap)
    try:
        server = await keeper.listen()
    except OSError as exc:
        _announce(announce_to, error=str(unusable_home(home.path, exc)))
        return
    _announce(announce_to)
    await keeper.until_unused()
    home.keeper_socket.unlink(missing_ok=True)
    server.close()
    await children.stop_all()
    shutil.rmtree(home.sockets, ignore_errors=True)
    home.process_record.unlink(missing_ok=True)
    sys.stderr.flush()
    # Straight to the kernel, which closes the last user's connection only when this process is as good as gone.
    os._exit(0)


def _announce(descriptor: int, **line: str) -> None:
    with os.fdopen(descriptor, "wb") as announcement:
        announcement.write(json.dumps(line).encode() + b"\n")


def main() -> None:
    """Leave the process that the command started, then keep the stack until nobody uses it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--announce-to", type=int, required=True)
    arguments = parser.parse_args()
    os.set_inheritable(arguments.announce_to, False)
    if os.fork():
        os._exit(0)
    os.umask(0o077)
    home = Home(arguments.home)
    try:
        lock = take_over(home)
        write_record(home.process_record, [])
        make_sockets_folder(home)
    except EmbeddedStackError as exc:
        _announce(arguments.announce_to, error=str(exc))
        return
    except OSError as exc:  # the disk is full
        _announce(arguments.announce_to, error=str(unusable_home(home.path, exc)))
        return
    asyncio.run(_keep(home, lock, arguments.announce_to))


if __name__ == "__main__":
    main()
