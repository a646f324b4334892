"""A platform that is configured, and whose packages are not installed."""

from __future__ import annotations

import subprocess
import sys

import pytest

# In a process of its own: what is imported can't be made missing.
TRIED = """
import sys
class Missing:
    def find_spec(self, name, *_):
        if name == sys.argv[1]:
            raise ModuleNotFoundError(name=name)
sys.meta_path.insert(0, Missing())
from assistant import wiring
from assistant.config import Settings
from assistant.errors import ConfigurationError
try:
    wiring.adapters(Settings.model_validate({sys.argv[2]: "token"}))
except ConfigurationError as exc:
    print(exc)
"""


@pytest.mark.parametrize(
    ("package", "setting", "extra"),
    [
        ("slack_bolt", "SLACK_BOT_TOKEN", "slack"),
        ("discord", "DISCORD_BOT_TOKEN", "discord"),
        ("grpclib", "WECHATY_PUPPET_SERVICE_TOKEN", "wechat"),
    ],
    ids=["slack", "discord", "wechat"],
)
def test_missing_package_is_told_with_the_extra_that_brings_it(package: str, setting: str, extra: str) -> None:
    """One line: the setting that asks for it, what is missing, and what to install."""
    command = [sys.executable, "-c", TRIED, package, setting]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert f"{setting} is set, but {package} is missing: pip install 'llamadesk[{extra}]'\n" == told
