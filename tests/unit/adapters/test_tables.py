"""Tables as text."""

from __future__ import annotations

from adapters.tables import Table, aligned, records

TABLE = Table([["Item", "Price"], ["lamp", "10"], ["灯", ""], ["x", "1", "more"]], [False, True])


def test_columns_line_up() -> None:
    """Chinese is two columns wide; numbers stand to the right; a row may have more cells than the head."""
    assert aligned(TABLE, 40).split("\n") == [
        "Item  Price",
        "----  -----  ----",
        "lamp     10",
        "灯",
        "x         1  more",
    ]


def test_table_too_wide_is_not_aligned() -> None:
    """It would wrap, and its columns with it."""
    assert aligned(TABLE, 16) == ""


def test_records_name_their_columns() -> None:
    """Each row by itself says what its cells are; nothing is left out."""
    assert records(TABLE) == ["Item: lamp; Price: 10", "Item: 灯; Price: –", "Item: x; Price: 1; more"]


def test_head_alone_is_a_record() -> None:
    """A table without rows still has words."""
    assert records(Table([["Item", "", "Price"]], [False])) == ["Item; Price"]
