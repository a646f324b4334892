"""Python Wechaty on the Pythons and packages of today."""

from __future__ import annotations

import sys
from dataclasses import make_dataclass

import pytest

from adapters.wechat.wechaty_import import make_importable

pytestmark = pytest.mark.skipif(sys.version_info >= (3, 13), reason="Python Wechaty ends at Python 3.12")


def test_what_the_packages_miss_is_there_again() -> None:
    """Twice is as good as once."""
    make_importable()
    make_importable()
    from pyee import AsyncIOEventEmitter  # type: ignore[attr-defined]
    from urllib3 import get_host  # type: ignore[attr-defined]
    from wechaty_puppet import PuppetOptions

    assert AsyncIOEventEmitter().event_names() == set()
    assert get_host("https://shop.example:8443/returns?x") == ("https", "shop.example", 8443)
    assert get_host("shop.example") == ("http", "shop.example", None)
    assert make_dataclass("Options", [("puppet", PuppetOptions, PuppetOptions())])
