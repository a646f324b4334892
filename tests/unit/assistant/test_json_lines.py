"""Objects as lines of JSON."""

from __future__ import annotations

import json
import math

import pytest

from assistant.json_lines import json_line


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ({"text": "Größe 三十\n"}, '{"text": "Größe 三十\\n"}'),
        ({"text": "half \ud83d"}, '{"text": "half \\ud83d"}'),
        (
            {"a": math.nan, "b": [math.inf, 1.5], "c": {"d": (-math.inf, "NaN")}},
            '{"a": null, "b": [null, 1.5], "c": {"d": [null, "NaN"]}}',
        ),
    ],
)
def test_every_object_is_one_line_of_json(value: dict[str, object], line: str) -> None:
    """Also with what JSON can't hold; and it is read again."""
    written = json_line(value)
    assert written.decode() == line
    assert isinstance(json.loads(written), dict)


def test_what_is_no_json_at_all_is_a_mistake_of_ours() -> None:
    """It must not be hidden."""
    with pytest.raises(TypeError):
        json_line({"value": object()})
