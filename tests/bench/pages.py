"""Tables that benchmarks write into pages, between marks of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def write_table(page: Path, name: str, note: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Put the note and the table between `<!-- NAME: begin -->` and `<!-- NAME: end -->`. Raises ValueError where the
    page lacks these."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text = page.read_text(encoding="utf-8")
    if begin not in text or end not in text:
        raise ValueError(f"{page} has no {begin} … {end}: put them where the table belongs")
    lines = [note, "", f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    before, after = text.partition(begin)[0], text.partition(end)[2]
    page.write_text(f"{before}{begin}\n" + "\n".join(lines) + f"\n{end}{after}", encoding="utf-8")
