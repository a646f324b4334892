"""A few kills of `ingest sync`; the long form is `python -m tests.faults.sync_kills`."""

from __future__ import annotations

import pytest

from tests.faults.sync_kills import run


@pytest.mark.xdist_group("embedding_model")
@pytest.mark.timeout(400)
def test_killed_sync_leaves_no_half_document_and_the_next_one_finishes() -> None:
    """Four kills at random moments."""
    account = run(kills=4, documents=10, seed=5)
    assert account.is_good, account
    assert account.kills == 4
