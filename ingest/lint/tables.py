"""What was found, as a few tables for people, or one JSON object a line for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ingest.errors import shown
from ingest.lint.finding import Finding, Kind, Place

SHOWN_FINDINGS = 25
"""Of a kind; --json has them all."""
SHOWN_OTHERS = 3
SHOWN_TEXT_CHARS = 120
_TITLES: dict[Kind, str] = {
    "contradiction": "Contradictions: the same is asked, and answered differently",
    "unanswered": "Unanswered: asked, and nothing near enough is there; the most frequent first",
    "dead link": "Dead links",
    "unreachable": "Unreachable: not found even by what they say themselves",
    "duplicate": "Duplicates: the same is said more than once",
}


def print_findings(findings: Sequence[Finding], console: Console) -> None:
    """One table of each kind, in the order given."""
    for kind, group in groupby(findings, key=lambda finding: finding.kind):
        found = list(group)
        console.print(_table(kind, found))
        if len(found) > SHOWN_FINDINGS:
            console.print(f"… and {len(found) - SHOWN_FINDINGS:,} more: --json shows all\n")


def as_json(finding: Finding) -> dict[str, object]:
    """As `ingest lint --json` prints it."""
    distance = {} if finding.distance is None else {"distance": round(finding.distance, 4)}
    return {
        "kind": finding.kind,
        **_place_as_json(finding.place),
        "why": finding.why,
        "others": [_place_as_json(other) for other in finding.others],
        "count": finding.count,
        **distance,
    }


def _place_as_json(place: Place) -> dict[str, object]:
    return {"uri": place.uri, "anchor": place.anchor, "heading": place.heading, "text": place.text}


def _table(kind: Kind, findings: Sequence[Finding]) -> Table:
    table = Table(title=f"{_TITLES[kind]} ({len(findings):,})", title_justify="left", show_lines=True, expand=True)
    table.add_column("where", ratio=3, overflow="fold")
    table.add_column("why", ratio=2, overflow="fold")
    for finding in findings[:SHOWN_FINDINGS]:
        table.add_row(Text("\n").join(_where(finding)), Text(_why(finding)))
    return table


def _where(finding: Finding) -> Iterator[Text]:
    yield from _lines(finding.place)
    for other in finding.others[:SHOWN_OTHERS]:
        yield from _lines(other)
    if len(finding.others) > SHOWN_OTHERS:
        yield Text(f"… and {len(finding.others) - SHOWN_OTHERS:,} more", style="dim")


def _lines(place: Place) -> Iterator[Text]:
    if place.uri:
        yield Text(shown(place.heading or place.uri), style="bold")
        yield Text(shown(place.address), style="cyan")
    line = " ".join(place.text.split())
    yield Text(shown(line if len(line) <= SHOWN_TEXT_CHARS else f"{line[:SHOWN_TEXT_CHARS]}…"))


def _why(finding: Finding) -> str:
    times = f"{finding.count:,} times: " if finding.kind == "unanswered" and finding.count > 1 else ""
    distance = "" if finding.distance is None else f"\ndistance {finding.distance:.3f}"
    return f"{times}{shown(finding.why)}{distance}"
