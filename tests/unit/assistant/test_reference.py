"""What an answer can be named by."""

from __future__ import annotations

import pytest

from assistant.errors import AssistantError
from assistant.explaining.reference import Reference, read_reference


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", Reference("message", 12, post="12")),
        ("message:12", Reference("message", 12)),
        ("message_id=12", Reference("message", 12)),
        ("reply:7", Reference("reply", 7)),
        (" last ", Reference("last")),
        ("1700000000.123456", Reference("post", post="1700000000.123456")),
        ("99999999999999999999", Reference("post", post="99999999999999999999")),
        (
            "https://acme.slack.com/archives/C012/p1700000000123456",
            Reference("post", post="1700000000.123456", channel="C012"),
        ),
        (
            "https://acme.slack.com/archives/C012/p1700000000123456?thread_ts=1700000000.000001&cid=C012",
            Reference("post", post="1700000000.123456", channel="C012"),
        ),
        ("https://discord.com/channels/1/22/333", Reference("post", post="333")),
        ("https://discord.com/channels/@me/22/333", Reference("post", post="333")),
        ("https://canary.discord.com/channels/1/22/333", Reference("post", post="333")),
        ("https://elsewhere.example/333", Reference("post", post="https://elsewhere.example/333")),
    ],
)
def test_reference_is_read(text: str, expected: Reference) -> None:
    """Our ids, those of platforms, and links as the platforms give them."""
    assert expected == read_reference(text)


def test_empty_reference_is_refused() -> None:
    """With what could be named."""
    with pytest.raises(AssistantError, match="last"):
        read_reference(" ")
