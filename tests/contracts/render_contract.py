"""What every adapter's `render` owes its readers. Part of the adapter contract; needs no connection."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.base import Reply, Source
from tests.contracts.adapter_harness import AdapterHarness

WORD = re.compile(r"[^\W_]+")
PER_SUBCLASS = settings(
    max_examples=60,
    deadline=None,
    # The fixture is only read, and every platform runs the inherited test with its own instance.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors, HealthCheck.too_slow],
)

MARKS = (
    "```\n",
    "```python\n",
    "\n\n",
    "\n",
    "**",
    "*",
    "`",
    "~~",
    "[a](https://x.org)",
    "# ",
    "- ",
    "> ",
    "1. ",
    "<",
    "&",
)
PIECES = (*MARKS, "<!channel>", "@everyone", "e\u0301", "👩\u200d👩\u200d👧", "שלום", "a" * 300, "word ")
markdown_pieces = st.sampled_from(PIECES)
markdown = st.lists(markdown_pieces | st.text(max_size=40), min_size=1, max_size=60).map("".join)

plain_words = st.lists(st.text("abcdefg", min_size=1, max_size=12), min_size=1, max_size=1500).map(" ".join)


def words(text: str) -> list[str]:
    return WORD.findall(text)


class RenderContract:
    @pytest.fixture
    async def harness(self) -> AdapterHarness:
        raise NotImplementedError("each platform gives its own harness")

    def _parts(self, harness: AdapterHarness, text: str, *sources: Source) -> list[str]:
        return [part.text for part in harness.adapter.render(Reply(text, sources))]

    @PER_SUBCLASS
    @given(text=markdown.filter(lambda text: bool(text.strip())))
    def test_any_text_gives_parts_that_the_platform_takes(self, harness: AdapterHarness, text: str) -> None:
        """Parts are never empty nor over the limit, and a fence opened in a part is closed in it."""
        parts = self._parts(harness, text)
        assert parts
        for part in parts:
            assert part.strip()
            assert harness.length(part) <= harness.adapter.capabilities.max_chars
            assert part.count("```") % 2 == 0

    @PER_SUBCLASS
    @given(text=plain_words)
    def test_plain_words_come_out_in_order(self, harness: AdapterHarness, text: str) -> None:
        """Splitting loses no word and cuts none."""
        assert words(text) == words(" ".join(self._parts(harness, text)))

    def test_30_000_characters_lose_no_word(self, harness: AdapterHarness) -> None:
        """A long answer of paragraphs arrives whole, in several parts if need be."""
        text = "\n\n".join(" ".join(f"w{paragraph}x{number}" for number in range(60)) + "." for paragraph in range(80))
        assert len(text) > 30_000
        assert words(text) == words(" ".join(self._parts(harness, text)))

    def test_long_code_block_is_closed_and_reopened(self, harness: AdapterHarness) -> None:
        """Every part of a long code block reads as code, and each line of the code is there once, in order."""
        lines = [f"line_{number} = compute({number})" for number in range(3000)]
        parts = self._parts(harness, "Run this:\n\n```python\n" + "\n".join(lines) + "\n```\n\nThen wait.")
        assert [0] * len(parts) == [part.count("```") % 2 for part in parts]
        assert lines == [line for part in parts for line in part.splitlines() if line.startswith("line_")]

    @pytest.mark.parametrize(
        "text", ["مرحبا بالعالم", "👩‍👩‍👧 👍🏽", "e\u0301te\u0301", "退货政策是什么？", "naïve café"]
    )
    def test_text_of_any_script_is_kept(self, harness: AdapterHarness, text: str) -> None:
        """Right-to-left text, joined emoji, combining marks and Chinese arrive unchanged."""
        assert text in "\n".join(self._parts(harness, text))

    def test_unbroken_word_over_the_limit_is_kept_whole_across_parts(self, harness: AdapterHarness) -> None:
        """A word longer than a message is cut where it must be, and loses nothing."""
        text = "abcdefghij" * 1000
        assert text == "".join(words(" ".join(self._parts(harness, text))))

    def test_sources_show_number_title_and_address(self, harness: AdapterHarness) -> None:
        """The reader can tell which document [1] is, and open it."""
        source = Source(1, "Returns and refunds", "Opened goods", "https://shop.example/returns")
        shown = "\n".join(self._parts(harness, "Within 30 days [1].", source))
        assert "[1]" in shown.replace("Within 30 days [1].", "")
        for fact in ("Returns and refunds", "Opened goods", "https://shop.example/returns"):
            assert fact in shown

    def test_source_without_address_is_shown_by_name(self, harness: AdapterHarness) -> None:
        """A document with no public address still is cited by number and title."""
        shown = "\n".join(self._parts(harness, "Yes [2].", Source(2, "Opening hours")))
        assert "Opening hours" in shown
        assert "[2]" in shown.replace("Yes [2].", "")
        assert "()" not in shown
