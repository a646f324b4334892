"""A few changes under load; the long form is `python -m tests.faults.withdrawals`."""

from __future__ import annotations

import pytest

from tests.faults.withdrawals import run


@pytest.mark.xdist_group("embedding_model")
@pytest.mark.timeout(400)
async def test_nothing_is_said_from_a_text_that_a_sync_has_removed() -> None:
    """Everybody is answered, and no old code appears after the sync that removed it returned."""
    verdict = await run(changes=24, rate=10.0, seed=3)
    assert verdict.is_good, verdict
    assert verdict.appearances >= verdict.questions
    assert verdict.withdrawn > 0
