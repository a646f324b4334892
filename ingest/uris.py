"""What documents are called in the database."""

from __future__ import annotations

import os
from pathlib import Path


def document_uri(path: str | Path) -> str:
    """The file's absolute path: the same from whichever folder it is named, and two files of one name differ.

    Symbolic links are not resolved: where a deployment swaps the target of a link, the document stays the same one.
    """
    return os.path.abspath(Path(path).expanduser())  # noqa: PTH100 - Path.resolve follows links, absolute() keeps ".."
