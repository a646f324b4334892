"""The app manifest asks Slack for what the code needs, and for nothing else."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest
import yaml

from adapters.slack.app import REVOKING_EVENTS
from adapters.slack.commands import COMMANDS
from adapters.slack.parse import EVENT_TYPES


@pytest.fixture
def manifest() -> dict[str, Any]:
    text = resources.files("adapters.slack").joinpath("manifest.yaml").read_text()
    data: dict[str, Any] = yaml.safe_load(text)
    return data


def test_events_are_those_the_parser_reads(manifest: dict[str, Any]) -> None:
    """Every event asked for is handled, and every handled one is asked for."""
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert {event.split(".")[0] for event in events} == EVENT_TYPES | REVOKING_EVENTS
    kinds = {event.split(".")[1] for event in events if "." in event}
    assert kinds == {"channels", "groups", "im", "mpim"}


def test_scopes_are_those_the_calls_need(manifest: dict[str, Any]) -> None:
    """Each kind of conversation has its history scope; writing, reacting, names and commands have theirs."""
    scopes = set(manifest["oauth_config"]["scopes"]["bot"])
    histories = {f"{kind}:history" for kind in ("channels", "groups", "im", "mpim")}
    assert scopes == histories | {"app_mentions:read", "chat:write", "commands", "reactions:write", "users:read"}


def test_commands_are_those_the_parser_reads(manifest: dict[str, Any]) -> None:
    """Each is escaped, so that its text has the markup of messages, and its buttons can be pressed."""
    commands = manifest["features"]["slash_commands"]
    assert {command["command"] for command in commands} == set(COMMANDS)
    assert all(command["should_escape"] and command["description"] for command in commands)
    assert manifest["settings"]["interactivity"]["is_enabled"] is True


def test_people_can_write_to_the_assistant_directly(manifest: dict[str, Any]) -> None:
    """Without the messages tab Slack tells people that messaging is turned off."""
    home = manifest["features"]["app_home"]
    assert (home["messages_tab_enabled"], home["messages_tab_read_only_enabled"]) == (True, False)
    assert manifest["settings"]["socket_mode_enabled"] is True
