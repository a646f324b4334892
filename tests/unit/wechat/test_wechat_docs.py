"""What docs/wechat.md promises is what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.inbox import RETRY_DELAYS_S
from adapters.wechat.hearing import DEAF_AFTER_S, DING_S
from adapters.wechat.render import MAX_CHARS

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "wechat.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "fact",
    [
        f"{MAX_CHARS:,} bytes",
        f"for {DEAF_AFTER_S:.0f} to {DEAF_AFTER_S + DING_S:.0f} seconds",
        f"sign of life every {DING_S:.0f})",
    ],
)
def test_number_stands_as_the_code_has_it(fact: str) -> None:
    """People plan by them."""
    assert fact in " ".join(PAGE.split())


def test_retries_last_about_a_minute() -> None:
    """As the page says of messages that can't be stored."""
    assert "for about a minute" in " ".join(PAGE.split())
    assert 45 < sum(RETRY_DELAYS_S) < 75
