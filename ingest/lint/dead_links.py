"""Which links of passages lead nowhere."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from ingest.errors import IngestError, InvalidAddress, PageMissing, PageRefused, PageUnreachable, PrivateAddress
from ingest.lint.finding import Finding, Place
from ingest.lint.link_targets import LinkTargets, web_address
from ingest.lint.links import links
from ingest.lint.passage import LintedChunk

BATCH_LINKS = 64
MAX_LINKS = 20_000
"""Addresses that are asked for, at most: a report of more would not be read."""
_REASONS: tuple[tuple[type[IngestError], str], ...] = (
    (PageMissing, "the server says that there is no such page"),
    (InvalidAddress, "no address of a web page"),
    (PrivateAddress, "in a private network, where customers can't go; your own hosts: ASSISTANT_FETCH_HOSTS"),
    (PageUnreachable, "the server can't be reached, or fails: it may pass"),
)

CheckAddresses = Callable[[Sequence[str]], Mapping[str, IngestError]]
"""Gives what is wrong with those of the addresses that can't be had."""


class DeadLinks:
    """Gathers the links of passages, then looks where they lead; each address once."""

    def __init__(self, targets: LinkTargets, check: CheckAddresses) -> None:
        self._targets = targets
        self._check = check
        self._addresses: defaultdict[str, list[Place]] = defaultdict(list)
        self._findings: list[Finding] = []
        self.left_out = 0
        self.unknown = 0

    def add(self, chunk: LintedChunk) -> None:
        for link in links(chunk.text):
            address = web_address(chunk.uri, link)
            reason = (
                self._targets.missing(chunk.uri, link) if address is None else self._targets.anchor_missing(address)
            )
            if reason:
                self._findings.append(Finding("dead link", Place.of(chunk), f"{link}: {reason}"))
            elif address is not None:
                self._remember(address, chunk)

    def findings(self, on_checked: Callable[[int, int], None]) -> Iterator[Finding]:
        """Those on this machine, then those on the web; `on_checked` is told how many of how many addresses."""
        yield from self._findings
        addresses = list(self._addresses)
        for start in range(0, len(addresses), BATCH_LINKS):
            batch = addresses[start : start + BATCH_LINKS]
            dead = self._check(batch)
            yield from (finding for address, error in dead.items() for finding in self._dead(address, error))
            on_checked(start + len(batch), len(addresses))

    def notes(self) -> list[str]:
        """What was not looked at, for people."""
        told = Counter({"not asked for: there are too many": self.left_out, "refused to tell": self.unknown})
        return [f"{count} links {what}" for what, count in told.items() if count]

    def _remember(self, address: str, chunk: LintedChunk) -> None:
        page = address.partition("#")[0]
        if page not in self._addresses and len(self._addresses) >= MAX_LINKS:
            self.left_out += 1
            return
        self._addresses[page].append(Place.of(chunk))

    def _dead(self, address: str, error: IngestError) -> Iterator[Finding]:
        if isinstance(error, PageRefused):
            self.unknown += 1  # it may be alive for others
            return
        reason = next((text for kind, text in _REASONS if isinstance(error, kind)), str(error))
        first, *others = self._addresses[address]
        yield Finding("dead link", first, f"{address}: {reason}", tuple(others), count=1 + len(others))
