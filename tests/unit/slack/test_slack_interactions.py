"""Slash commands and presses of buttons, as golden files, and what each becomes."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.actions import parse_press
from adapters.slack.commands import parse_command, people_in_command
from adapters.slack.parse import Identity

PAYLOADS = Path(__file__).resolve().parents[2] / "payloads" / "slack"
IDENTITY = Identity(team_id="T061EG9R6", user_id="U0LAN0Z89", bot_id="B0LAN0Z89")
NAMES = {"U061F7AUR": "Ada", "U222222": "Bob"}
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def golden(kind: str, name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((PAYLOADS / kind / f"{name}.json").read_text())
    return data


def names(kind: str) -> list[str]:
    return sorted(path.stem for path in (PAYLOADS / kind).glob("*.json"))


@pytest.mark.parametrize("name", names("commands"))
def test_command_becomes_its_message(name: str) -> None:
    """Each golden file names the message that its form carries, or null."""
    message = parse_command(golden("commands", name)["payload"], IDENTITY, NOW, NAMES)
    expected = golden("commands", name)["message"]
    if message is None:
        assert expected is None
        return
    data = asdict(message)
    assert (data.pop("sent_at"), data.pop("edited_at")) == (NOW, None)
    address: dict[str, object] = data.pop("address")
    assert address.pop("platform") == "slack"
    assert expected == {**data, **address, "attachments": list(message.attachments)}
    assert message.is_addressed


@pytest.mark.parametrize("name", names("actions"))
def test_interaction_becomes_its_press(name: str) -> None:
    """Each golden file names the press that its payload carries, or null."""
    press = parse_press(golden("actions", name)["payload"], IDENTITY, NAMES)
    expected = golden("actions", name)["press"]
    assert expected == (None if press is None else {k: v for k, v in asdict(press).items() if k != "platform"})


def test_names_are_wanted_of_author_and_mentioned() -> None:
    """As for messages, the author comes first."""
    wanted = people_in_command(golden("commands", "ask_with_markup")["payload"])
    assert wanted == ("U061F7AUR", "U222222", "U0LAN0Z89")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
ACTION = golden("actions", "up")["payload"]
FORM = golden("commands", "ask")["payload"]


@given(st.dictionaries(st.sampled_from(sorted(ACTION)), json_values))
def test_no_payload_crashes_the_parser_of_presses(changes: dict[str, object]) -> None:
    """Whatever stands in a payload, the answer is a press or None."""
    press = parse_press({**ACTION, **changes}, IDENTITY)
    assert press is None or (press.message_id and press.author_id and press.press_id)


@given(st.dictionaries(st.sampled_from(sorted(FORM)), json_values))
def test_no_form_crashes_the_parser_of_commands(changes: dict[str, object]) -> None:
    """Whatever stands in a form, the answer is a message to one person or None."""
    message = parse_command({**FORM, **changes}, IDENTITY, NOW)
    assert message is None or message.address.visible_to == message.author_id
