"""Lets the packages of Python Wechaty be imported on the Pythons and beside the packages of today.

Found on Python 3.11 and 3.12 with wechaty 0.10.7, wechaty-puppet 0.4.23 and wechaty-puppet-service 0.8.10 (checked
2026-11). None of it changes what the packages do. Python 3.13 has no telnetlib any more: there is no help there.
"""

from __future__ import annotations

import importlib
from typing import Any


def make_importable() -> None:
    """Put back what the packages miss. Call it before the first `import wechaty`; it may be called again."""
    pyee: Any = importlib.import_module("pyee")
    if not hasattr(pyee, "AsyncIOEventEmitter"):  # moved in pyee 12
        pyee.AsyncIOEventEmitter = importlib.import_module("pyee.asyncio").AsyncIOEventEmitter
    urllib3: Any = importlib.import_module("urllib3")
    if not hasattr(urllib3, "get_host"):  # taken out in urllib3 2
        urllib3.get_host = _get_host
    options: Any = importlib.import_module("wechaty_puppet.schemas.puppet").PuppetOptions
    if options.__hash__ is None:  # since Python 3.11 a dataclass takes a default value only if it can be hashed
        options.__hash__ = object.__hash__


def _get_host(url: str) -> tuple[str, str | None, int | None]:
    parsed = importlib.import_module("urllib3.util").parse_url(url)
    return parsed.scheme or "http", parsed.hostname, parsed.port
