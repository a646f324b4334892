"""Slack's event bodies, as golden files, and what each becomes."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import ButtonPress, DeletedMessage, IncomingEvent, IncomingMessage
from adapters.slack.parse import Identity, parse_event, people_in

PAYLOADS = Path(__file__).resolve().parents[2] / "payloads" / "slack"
IDENTITY = Identity(team_id="T061EG9R6", user_id="U0LAN0Z89", bot_id="B0LAN0Z89")
NAMES = {"U061F7AUR": "Ada", "U222222": "Bob"}


def golden(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text())
    return data


def parsed(name: str) -> IncomingEvent | None:
    return parse_event(golden(name)["payload"], IDENTITY, NAMES)


def flat(event: IncomingEvent | None) -> dict[str, object] | None:
    if event is None:
        return None
    data = asdict(event)
    if isinstance(event, DeletedMessage):
        assert data.pop("platform") == "slack"
        return {"deleted": True, **data}
    assert not isinstance(event, ButtonPress)
    address: dict[str, object] = data.pop("address")
    assert address.pop("platform") == "slack"
    edited = {"edited_at": event.edited_at.isoformat()} if event.edited_at else {}
    files = {"attachments": list(event.attachments)} if event.attachments else {}
    assert (address.pop("visible_to"), address.pop("interaction"), data.pop("command")) == ("", "", None)
    del data["edited_at"], data["attachments"]
    return {**data, **address, **edited, **files, "sent_at": event.sent_at.isoformat()}


@pytest.mark.parametrize("name", sorted(path.stem for path in PAYLOADS.glob("*.json")))
def test_payload_becomes_its_message(name: str) -> None:
    """Each golden file names the message that its payload carries, or null."""
    assert golden(name)["message"] == flat(parsed(name))


def test_twin_events_give_equal_messages() -> None:
    """Whichever of the two comes first, the same is stored."""
    assert parsed("mention_as_app_mention") == parsed("mention_as_message")
    assert parsed("mention_with_file_as_app_mention") == parsed("mention_with_file_as_message")
    assert parsed("mention_added_by_edit") == parsed("mention_added_by_edit_as_message_changed")


def test_names_are_wanted_of_author_and_mentioned() -> None:
    """The author comes first: where look-ups are limited, theirs matters most."""
    wanted = people_in(golden("mention_in_the_middle")["payload"])
    assert wanted == ("U061F7AUR", "U0LAN0Z89", "U222222", "U333333")
    assert people_in(golden("message_changed")["payload"]) == ("U061F7AUR", "U0LAN0Z89")


def test_unknown_name_shows_as_id() -> None:
    """Without names the message still is complete."""
    message = parse_event(golden("overheard")["payload"], IDENTITY)
    assert isinstance(message, IncomingMessage)
    assert message.author_name == "U061F7AUR"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
PLAIN = ("type", "user", "text", "ts", "channel", "channel_type", "thread_ts", "subtype", "bot_id", "edited", "files")
FIELDS = (*PLAIN, "message", "previous_message", "deleted_ts", "hidden")
KINDS = st.sampled_from(["message", "message_changed", "message_deleted", "tombstone", "C1", "1515449522.000016"])
posts = st.dictionaries(st.sampled_from(PLAIN), json_values | KINDS)


@given(st.dictionaries(st.sampled_from(FIELDS), json_values | KINDS | posts), json_values)
def test_no_payload_crashes_the_parser(event: dict[str, object], authorizations: object) -> None:
    """Whatever stands in an event, the answer is a message or None."""
    envelope = {"event": event, "authorizations": authorizations}
    result = parse_event(envelope, IDENTITY)
    assert isinstance(result, IncomingMessage | DeletedMessage | None)
    assert result is None or result.event_key.startswith("slack:")


@given(st.text(alphabet="<>@#!|&;ltgamp U1CS^:/x", max_size=60))
def test_no_text_crashes_the_parser(text: str) -> None:
    """Broken markup stays text."""
    event = {"type": "message", "user": "U1", "text": text, "ts": "1.5", "channel": "C1"}
    message = parse_event({"event": event}, IDENTITY)
    assert isinstance(message, IncomingMessage)
    assert "<@U1>" not in message.text or "&lt;" in text
