"""Opening a socket to a model server, within its time limit."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
from collections.abc import Sequence
from typing import Any

from assistant.errors import ModelUnavailable
from assistant.llm.countdown import Countdown
from assistant.llm.server_url import ServerUrl

_Addresses = Sequence[tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]]


def dial(url: ServerUrl, tls: ssl.SSLContext | None, countdown: Countdown) -> socket.socket:
    """A connected socket, TLS included. Raises ModelUnavailable, naming the URL, when none can be had in time."""
    try:
        sock = _connect(_resolve(url, countdown), countdown)
        return _encrypt(sock, url, tls, countdown) if tls else sock
    except TimeoutError as exc:
        countdown.left_s()
        raise ModelUnavailable(f"no connection to {url} in time: {_advice(url)}") from exc
    except OSError as exc:
        reason = exc.strerror or type(exc).__name__
        raise ModelUnavailable(f"no connection to {url} ({reason}): {_advice(url)}") from exc


def _advice(url: ServerUrl) -> str:
    return f"check that the model server runs, and {url.setting}"


def _resolve(url: ServerUrl, countdown: Countdown) -> _Addresses:
    """The host's addresses. The look-up runs in a thread of its own, because nothing can interrupt getaddrinfo."""
    found: queue.SimpleQueue[_Addresses | OSError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            found.put(socket.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM))
        except OSError as exc:
            found.put(exc)

    threading.Thread(target=look_up, name="model-server-dns", daemon=True).start()
    try:
        answer = found.get(timeout=max(countdown.connect_left_s(), 0.0))
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _connect(addresses: _Addresses, countdown: Countdown) -> socket.socket:
    """A socket to the first address that accepts. Each gets its share of the time, so a dead one can't eat it all."""
    failure: OSError = OSError("the name has no address")
    for index, (family, kind, protocol, _, address) in enumerate(addresses):
        share_s = countdown.connect_left_s() / (len(addresses) - index)
        if share_s <= 0:
            raise TimeoutError
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(share_s)
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            return sock
        except OSError as exc:
            sock.close()
            failure = exc
    raise failure


def _encrypt(sock: socket.socket, url: ServerUrl, tls: ssl.SSLContext, countdown: Countdown) -> socket.socket:
    try:
        left_s = countdown.connect_left_s()
        if left_s <= 0:
            raise TimeoutError
        sock.settimeout(left_s)
        return tls.wrap_socket(sock, server_hostname=url.host)
    except BaseException:
        sock.close()
        raise
