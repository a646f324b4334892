"""The manners of channels: the narrowest table counts, wrong ones are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import ConfigurationError
from assistant.manners import ChannelManners, Manners, load_manners

OTHERWISE = ChannelManners(language="de", knowledge_set="shop")
FILE = """
[default]
answer = "mentions"

[slack]
reply_in = "channel"

["slack:C1"]
answer = "overheard"
persona = "friendly"
"""


def loaded(tmp_path: Path, text: str) -> Manners:
    file = tmp_path / "channels.toml"
    file.write_text(text, "utf-8")
    return load_manners(file, OTHERWISE)


def test_narrowest_table_counts_and_the_rest_is_as_in_the_wider_one(tmp_path: Path) -> None:
    """Channel, platform, default, settings: in this order."""
    manners = loaded(tmp_path, FILE)
    assert manners.of("slack", "C1") == ChannelManners(
        answer="overheard", reply_in="channel", language="de", knowledge_set="shop", persona="friendly"
    )
    assert manners.of("slack", "C2") == ChannelManners(
        answer="mentions", reply_in="channel", language="de", knowledge_set="shop"
    )
    assert manners.of("discord", "C1") == ChannelManners(answer="mentions", language="de", knowledge_set="shop")


def test_without_a_file_all_channels_are_alike() -> None:
    """As the settings say."""
    assert load_manners(None, OTHERWISE).of("slack", "C1") == OTHERWISE


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('["slack:C1"]\nanswer = "all"', r"\[slack:C1\] answer: .*'mentions', 'thread' or 'overheard'.*'all'"),
        ('["slack:C1"]\nanswers = "thread"', r"\[slack:C1\] answers"),
        ('[default]\nlanguage = "tlh"', r"\[default\] language: must be one of de, en"),
        ("[default]\nknowledge_set = 7", r"\[default\] knowledge_set"),
        ('answer = "thread"', "answer stands outside of a table"),
        ("[default", "can't be read"),
    ],
)
def test_wrong_entry_is_named(tmp_path: Path, text: str, told: str) -> None:
    """In one line: file, table, key, and what is there."""
    with pytest.raises(ConfigurationError, match=told):
        loaded(tmp_path, text)


def test_missing_file_is_named(tmp_path: Path) -> None:
    """With the setting that names it."""
    with pytest.raises(ConfigurationError, match="ASSISTANT_CHANNELS_FILE"):
        load_manners(tmp_path / "none.toml", OTHERWISE)
