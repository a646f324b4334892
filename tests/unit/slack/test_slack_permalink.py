"""The web addresses of messages."""

from __future__ import annotations

import pytest

from adapters.base import ReplyAddress
from adapters.slack.permalink import permalink

URL = "https://shop.slack.com/"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (
            ReplyAddress("slack", "T1", "C1", "1515449522.000016", "1515449522.000016"),
            "https://shop.slack.com/archives/C1/p1515449522000016",
        ),
        (
            ReplyAddress("slack", "T1", "C1", "1515449522.000016", "1515449600.000100"),
            "https://shop.slack.com/archives/C1/p1515449600000100?thread_ts=1515449522.000016&cid=C1",
        ),
        (
            ReplyAddress("slack", "T1", "D1", "", "1515449600.000100", is_direct=True),
            "https://shop.slack.com/archives/D1/p1515449600000100",
        ),
        (ReplyAddress("slack", "T1", "C1", "", "13345224609.738474920.8088", visible_to="U1"), ""),
    ],
    ids=["root", "in a thread", "direct", "command"],
)
def test_permalink_leads_to_the_message(address: ReplyAddress, expected: str) -> None:
    """As Slack's own "Copy link" does; a slash command stands nowhere."""
    assert expected == permalink(URL, address)


@pytest.mark.parametrize("url", ["", "http://shop.slack.com/", "javascript:alert(1)"])
def test_workspace_without_https_has_no_permalinks(url: str) -> None:
    """Nothing but a web address is shown to people as one."""
    assert permalink(url, ReplyAddress("slack", "T1", "C1", "", "1515449522.000016")) == ""
