"""What slash commands and presses of buttons send to an app, in Slack's form."""

from __future__ import annotations

from tests.fakes.slack_workspace import APP, TEAM, Json, Message, message_json

ACTION_PREFIX = "llamadesk_"


def command_form(now: str, command: str, text: str, *, channel: str, user: str, response_url: str) -> Json:
    """Give the form of a command: https://docs.slack.dev/interactivity/implementing-slash-commands (2026-11)."""
    return {
        "token": "deprecated",
        "team_id": TEAM,
        "team_domain": "shop",
        "channel_id": channel,
        "channel_name": "directmessage" if channel.startswith("D") else "general",
        "user_id": user,
        "user_name": f"name-of-{user.lower()}",
        "command": command,
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": f"{now}.{'0' * 32}",
    }


def press_payload(message: Message, action: str, now: str, user: str, response_url: str) -> Json:
    """Give the payload of a press below a message, whose buttons stand in an attachment:
    https://docs.slack.dev/reference/interaction-payloads/block_actions-payload (2026-11)."""
    container: Json = {"type": "message_attachment", "message_ts": message.ts, "attachment_id": 1}
    container |= {"channel_id": message.channel, "is_ephemeral": False, "is_app_unfurl": False}
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    pressed = next(element for element in elements(message) if element["action_id"] == action)
    person = {"id": user, "username": f"name-of-{user.lower()}", "name": f"name-of-{user.lower()}", "team_id": TEAM}
    return {
        "type": "block_actions",
        "user": person,
        "api_app_id": APP,
        "token": "deprecated",
        "container": container,
        "trigger_id": f"{now}.{'0' * 32}",
        "team": {"id": TEAM, "domain": "shop"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": message.channel, "name": "general"},
        "message": message_json(message),
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [pressed | {"block_id": "Vk3n", "action_ts": now}],
    }


def action_names(message: Message) -> tuple[str, ...]:
    """Give what the buttons below the message are for."""
    return tuple(str(element["action_id"]).removeprefix(ACTION_PREFIX) for element in elements(message))


def elements(message: Message) -> list[Json]:
    """Give the buttons below the message."""
    return [element for block in _blocks(message) if block["type"] == "actions" for element in _list(block, "elements")]


def _blocks(message: Message) -> list[Json]:
    return [block for attachment in message.attachments for block in _list(attachment, "blocks")]


def _list(holder: Json, key: str) -> list[Json]:
    found = holder.get(key)
    return found if isinstance(found, list) else []
