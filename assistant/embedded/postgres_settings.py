"""The options of the embedded PostgreSQL, and why they are what they are."""

from __future__ import annotations

import os
import sys

from assistant.embedded.machine import memory_bytes

_MIB = 1024 * 1024
_SHARED_MEMORY_FOLDER = "/dev/shm"  # noqa: S108 (not a temporary file: the kernel's shared memory)

# The builtin C.UTF-8 sorts the same on every system, so a home may be moved; "trust" concerns only those who can open
# the socket, which lies in a private folder.
INITDB_OPTIONS = (
    "--username=postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
)


def server_options(socket_folder: str) -> list[str]:
    """Command-line options. All that makes commits durable stays on: Postgres is the truth."""
    memory = memory_bytes()
    index_memory_mib = _between(64, memory // 8, 4096)
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": socket_folder,
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        "shared_buffers": f"{_between(128, memory // 8, 2048)}MB",
        "effective_cache_size": f"{_between(256, memory // 2, 65536)}MB",
        # A vector index is built many times faster while all of it fits: a million chunks take 3 GB.
        "maintenance_work_mem": f"{index_memory_mib}MB",
        "autovacuum_work_mem": "64MB",
        "dynamic_shared_memory_type": _shared_memory_type(index_memory_mib * _MIB),
        "max_wal_size": "2GB",
        "jit": "off",  # compiling costs more than these short queries do
        "timezone": "UTC",
        "log_timezone": "UTC",
        # Neither statements nor the rows they fail on go to the log: they hold what people wrote.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_checkpoints": "off",
    }
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def _between(low_mib: int, size_bytes: int, high_mib: int) -> int:
    return max(low_mib, min(size_bytes // _MIB, high_mib))


def _shared_memory_type(index_bytes: int) -> str:
    """Containers often have 64 MB of shared memory, on which building a vector index in parallel would fail."""
    if sys.platform != "linux":
        return "posix"
    try:
        found = os.statvfs(_SHARED_MEMORY_FOLDER)
    except OSError:
        return "mmap"
    return "posix" if found.f_frsize * found.f_bavail >= index_bytes + 512 * _MIB else "mmap"
