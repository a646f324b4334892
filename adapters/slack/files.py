"""Names of the files that came with a post. Pure; format: https://docs.slack.dev/reference/objects/file-object."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.slack.changes import string

# Slack takes ten files a message: https://slack.com/help/articles/201330736 (2026-11).
MAX_FILES = 20
MAX_NAME_CHARS = 255
UNNAMED = "file"
# What stands in place of a file that was taken away.
TOMBSTONE = "tombstone"


def file_names(post: Mapping[str, object]) -> tuple[str, ...]:
    """Give the names in order, each on one line. Files of other workspaces may come without a name."""
    files = post.get("files")
    shown = [file for file in files if isinstance(file, dict)] if isinstance(files, list) else []
    return tuple(_name(file) for file in shown[:MAX_FILES] if string(file, "mode") != TOMBSTONE)


def _name(file: Mapping[str, object]) -> str:
    name = string(file, "name") or string(file, "title")
    printable = "".join(character if character.isprintable() else " " for character in name)
    return " ".join(printable.split())[:MAX_NAME_CHARS] or UNNAMED
