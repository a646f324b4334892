"""What the start of a part gives back."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Started:
    """A server that answers, and the fields of EmbeddedUrls that it fills."""

    process: subprocess.Popen[bytes]
    urls: Mapping[str, str]
