"""The schema comes up from nothing, and a wrong address is told in one line."""

from __future__ import annotations

import psycopg
import pytest

from assistant.database import migrate
from assistant.errors import DatabaseUnavailable


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    """The second run finds its migrations applied."""
    migrate(database_url)
    with psycopg.connect(database_url) as connection:
        row = connection.execute("select count(*) from messages").fetchone()
    assert row == (0,)


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/none", "not a url"])
def test_unusable_database_names_the_setting(url: str) -> None:
    """The operator reads DATABASE_URL on one line."""
    with pytest.raises(DatabaseUnavailable, match="DATABASE_URL") as caught:
        migrate(url)
    assert "\n" not in str(caught.value)
