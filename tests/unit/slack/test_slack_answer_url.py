"""Which addresses are called to answer a command: Slack's, and no other, whatever a payload says."""

from __future__ import annotations

import pytest

from adapters.slack.answer_url import is_answer_url

API = "https://slack.com/api/"
LOCAL = "http://127.0.0.1:8080/api/"


@pytest.mark.parametrize(
    ("url", "api_url"),
    [
        ("https://hooks.slack.com/commands/T1/123/abc", API),
        ("https://hooks.slack.com/actions/T1/123/abc_DEF-1", API),
        ("https://hooks.slack.com/commands/T1/123/abc", LOCAL),
        ("https://hooks.slack-gov.com/commands/T1/123/abc", API),
        ("http://127.0.0.1:8080/commands/1", LOCAL),
    ],
)
def test_slacks_address_is_called(url: str, api_url: str) -> None:
    """The host of SLACK_API_URL stands in for Slack's, where that is another."""
    assert is_answer_url(url, api_url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://hooks.slack.com",
        "http://hooks.slack.com/commands/1",
        "ftp://hooks.slack.com/commands/1",
        "https://hooks.slack.com:8443/commands/1",
        "https://hooks.slack.com.evil.example/commands/1",
        "https://evil.example/hooks.slack.com",
        "https://evil.example#hooks.slack.com/",
        "https://hooks.slack.com@evil.example/",
        "https://user:word@hooks.slack.com/commands/1",
        "https://hooks.slack.com\\@evil.example/",
        "https://evil.example\\hooks.slack.com/",
        "https://hooks.slack.com/\r\nHost: evil.example",
        "https://hooks.slack.com/commands/1\n",
        " https://hooks.slack.com/commands/1",
        "https://hooks。slack。com/commands/1",
        "https://HOOKS.SLACK.COM/commands/1",
        "https://slack.com/commands/1",
        "http://127.0.0.1:8080/commands/1",
        "http://169.254.169.254/latest/meta-data/",
        "//hooks.slack.com/commands/1",
    ],
)
def test_no_other_address_is_called(url: str) -> None:
    """Neither another host nor one that another parser could read there."""
    assert not is_answer_url(url, API)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/commands/1", "http://127.0.0.1:8081/commands/1", "https://127.0.0.1:8080/commands/1"]
)
def test_another_server_of_the_host_is_not_called(url: str) -> None:
    """Scheme, host and port are all the server's."""
    assert not is_answer_url(url, LOCAL)
