"""The beginning of a passage, to show where an answer comes from."""

from __future__ import annotations

MORE = " …"


def excerpt(passage: str, max_chars: int) -> str:
    """The passage on one line without code fences, of at most `max_chars` characters, cut between words where that
    costs no more than half of them (Chinese has no spaces). As textwrap.shorten, which takes a millisecond for it."""
    line = " ".join(passage.replace("```", " ").split())
    if len(line) <= max_chars:
        return line
    room = max_chars - len(MORE)
    last_space = line.rfind(" ", room // 2, room + 1)
    return f"{line[: last_space if last_space > 0 else room]}{MORE}"
