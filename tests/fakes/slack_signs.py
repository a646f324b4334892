"""The methods of Slack's Web API by which an app shows that it works: its status in a thread, and reactions.

https://docs.slack.dev/reference/methods/assistant.threads.setStatus and …/reactions.add (2026-11)
"""

from __future__ import annotations

from tests.fakes.slack_workspace import Json, Workspace


class Signs:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def set_status(self, arguments: dict[str, str]) -> Json:
        channel, thread = arguments.get("channel_id", ""), arguments.get("thread_ts", "")
        if error := self._workspace.post_error(channel):
            return {"ok": False, "error": error}
        if not self._workspace.has(channel, thread):
            return {"ok": False, "error": "invalid_thread_ts"}
        self._workspace.statuses[(channel, thread)] = arguments.get("status", "")
        return {"ok": True}

    def add_reaction(self, arguments: dict[str, str]) -> Json:
        channel, ts, name = (arguments.get(key, "") for key in ("channel", "timestamp", "name"))
        if not self._workspace.has(channel, ts):
            return {"ok": False, "error": "message_not_found"}
        if (channel, ts, name) in self._workspace.reactions:
            return {"ok": False, "error": "already_reacted"}
        self._workspace.reactions.add((channel, ts, name))
        return {"ok": True}

    def remove_reaction(self, arguments: dict[str, str]) -> Json:
        channel, ts, name = (arguments.get(key, "") for key in ("channel", "timestamp", "name"))
        if (channel, ts, name) not in self._workspace.reactions:
            return {"ok": False, "error": "no_reaction"}
        self._workspace.reactions.remove((channel, ts, name))
        return {"ok": True}
