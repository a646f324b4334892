"""One reply as each platform gets it, compared byte for byte with the files in tests/golden/rendering.

After a wanted change run `UPDATE_GOLDEN=1 pytest tests/unit/adapters/test_golden_rendering.py`, and read the
difference: it is what people will see.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from adapters.base import RenderedPart, Reply, Source
from adapters.discord.render import render_reply
from adapters.slack.render import render as render_slack
from adapters.terminal.render import render as render_terminal
from adapters.wechat.render import render as render_wechat

GOLDEN = Path(__file__).parents[2] / "golden" / "rendering"
SOURCES = (
    Source(
        1, "Returns and refunds", "Opened goods", "https://docs.shop.example/returns#opened", "returns.md", "Within 30"
    ),
    Source(2, "Opening <hours>", document="hours.md"),
)
LINK = "https://workspace.chat.example/archives/C1/p1?thread=1&cid=2"
BETWEEN = "\n=========== next message ===========\n"
RENDERERS: dict[str, Callable[[Reply], Sequence[RenderedPart]]] = {
    "slack": render_slack,
    "discord": render_reply,
    "wechat": render_wechat,
    "terminal": render_terminal,
}


@pytest.mark.parametrize("platform", RENDERERS)
@pytest.mark.parametrize("kind", ["whole", "preview"])
def test_reply_is_the_golden_file(platform: str, kind: str) -> None:
    """Whole, with everything that Markdown has, and half of it as a preview."""
    text = (GOLDEN / "reply.md").read_text(encoding="utf-8")
    is_preview = kind == "preview"
    reply = Reply(text[:480] if is_preview else text, SOURCES, ("shop.example",), link=LINK, is_preview=is_preview)
    actual = BETWEEN.join(part.text for part in RENDERERS[platform](reply)) + "\n"
    golden = GOLDEN / f"{platform}_{kind}.txt"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        golden.write_bytes(actual.encode())
    assert golden.read_bytes() == actual.encode()
