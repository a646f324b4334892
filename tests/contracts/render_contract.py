"""What every adapter's `render` owes its readers. Part of the adapter contract; needs no connection.

What a platform's clients make of a text, its links and its pings, is in client_markup.py.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.base import Button, RenderedPart, Reply, Source
from tests.contracts.adapter_harness import AdapterHarness
from tests.contracts.client_markup import markup_of
from tests.contracts.nasty_markdown import ALLOWED, BAD_LINKS, LINK_HOSTS, nasty, with_markers
from tests.fakes.link_readers import hosts_of

WORD = re.compile(r"[^\W_]+")
NUMBER = re.compile(r"\n[^\n(a-zA-Z0-9]*\((\d+)/(\d+)\)[^\na-zA-Z0-9]*\Z")
LINKS_TO = {ALLOWED, "xn--bcher-kva.example"}
BUTTONS = (Button("up", "👍"), Button("human", "Call a human"))
SOURCES = tuple(
    Source(n, f"Title{n} of the document", f"Heading{n}", f"https://shop.example/document/{n}") for n in range(1, 9)
)
PER_SUBCLASS = settings(
    max_examples=60,
    deadline=None,
    # The fixture is only read, and every platform runs the inherited test with its own instance.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors, HealthCheck.too_slow],
)

plain_words = st.lists(st.text("abcdefg", min_size=1, max_size=12), min_size=1, max_size=1500).map(" ".join)


def words(text: str) -> list[str]:
    return WORD.findall(text)


def only_with_markup(harness: AdapterHarness) -> None:
    if not markup_of(harness.adapter.platform).has_markup:
        pytest.skip("the fake shows Markdown as it is")


class RenderContract:
    @pytest.fixture
    async def harness(self) -> AdapterHarness:
        raise NotImplementedError("each platform gives its own harness")

    def _parts(self, harness: AdapterHarness, text: str, *sources: Source) -> list[str]:
        """Give the parts' texts without their numbers."""
        return [NUMBER.sub("", part.text) for part in harness.adapter.render(Reply(text, sources, LINK_HOSTS))]

    def _links(self, harness: AdapterHarness, text: str) -> list[str]:
        return markup_of(harness.adapter.platform).links_in(text)

    def _pings(self, harness: AdapterHarness, text: str) -> list[str]:
        return markup_of(harness.adapter.platform).pings_in(text)

    def _hosts(self, harness: AdapterHarness, text: str) -> set[str]:
        return set().union(*map(hosts_of, self._links(harness, text)))

    def _assert_taken(self, harness: AdapterHarness, parts: list[RenderedPart]) -> None:
        assert parts
        for part in parts:
            assert part.text.strip()
            assert harness.length(part.text) <= harness.adapter.capabilities.max_chars
            assert part.text.count("```") % 2 == 0

    # -- any text

    @PER_SUBCLASS
    @given(text=nasty, is_preview=st.booleans())
    def test_any_text_gives_parts_that_the_platform_takes(
        self, harness: AdapterHarness, text: str, is_preview: bool
    ) -> None:
        """Parts are never empty nor over the limit, and a fence opened in a part is closed in it."""
        reply = Reply(text, SOURCES, LINK_HOSTS, BUTTONS, "https://chat.example/1", is_preview)
        self._assert_taken(harness, list(harness.adapter.render(reply)))

    @PER_SUBCLASS
    @given(text=nasty)
    def test_no_text_pings_nor_links_elsewhere(self, harness: AdapterHarness, text: str) -> None:
        """Whatever the model writes, only the allowed hosts can be reached by a click, and nobody is called."""
        only_with_markup(harness)
        for part in self._parts(harness, text):
            assert self._pings(harness, part) == []
            assert self._hosts(harness, part) <= LINKS_TO

    @pytest.mark.parametrize("text", BAD_LINKS)
    def test_link_to_another_host_cannot_be_followed(self, harness: AdapterHarness, text: str) -> None:
        """Each known trick, by itself and within a sentence; what can be followed leads to an allowed host."""
        only_with_markup(harness)
        for written in (text, f"See {text} now.", f"（{text}）", f"*{text}*"):
            for part in self._parts(harness, written):
                assert self._hosts(harness, part) <= LINKS_TO

    @pytest.mark.parametrize(
        "text",
        [
            "[returns](https://shop.example/returns)",
            "<https://shop.example/returns>",
            "See https://shop.example/returns.",
            "(HTTPS://SHOP.EXAMPLE/returns)",
            "请看https://shop.example/returns。谢谢",
            "- **[returns](https://shop.example/returns)**",
        ],
    )
    def test_link_to_an_allowed_host_can_be_followed(self, harness: AdapterHarness, text: str) -> None:
        """The product's own pages are a click away, in every way that Markdown knows to write it."""
        only_with_markup(harness)
        [part] = self._parts(harness, text)
        [link] = self._links(harness, part)
        assert link.rstrip(".)*").lower() == "https://shop.example/returns"

    @PER_SUBCLASS
    @given(written=with_markers())
    def test_no_word_is_lost(self, harness: AdapterHarness, written: tuple[str, list[str]]) -> None:
        """However nasty what is around it, each word arrives once, in order."""
        text, markers = written
        shown = "\n".join(self._parts(harness, text))
        assert markers == re.findall(r"w\d+x", shown)

    @PER_SUBCLASS
    @given(text=plain_words)
    def test_plain_words_come_out_in_order(self, harness: AdapterHarness, text: str) -> None:
        """Splitting loses no word and cuts none."""
        assert words(text) == words(" ".join(self._parts(harness, text)))

    @pytest.mark.parametrize(
        "text", ["مرحبا بالعالم", "👩‍👩‍👧 👍🏽 🇩🇪🇫🇷", "e\u0301te\u0301", "退货政策是什么？", "naïve café"]
    )
    def test_text_of_any_script_is_kept(self, harness: AdapterHarness, text: str) -> None:
        """Right-to-left text, joined emoji, combining marks and Chinese arrive unchanged."""
        assert text in "\n".join(self._parts(harness, text))

    @pytest.mark.parametrize("text", ["\x07", "\u200b", "\u202e\u2066", "\ufeff \n"])
    def test_text_that_nobody_sees_shows_that_there_is_one(self, harness: AdapterHarness, text: str) -> None:
        """Platforms refuse empty messages, and people would wait on."""
        only_with_markup(harness)
        [part] = self._parts(harness, text)
        assert part == "\ufffd"

    # -- long texts

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

    def test_unbroken_word_over_the_limit_is_kept_whole_across_parts(self, harness: AdapterHarness) -> None:
        """A word longer than a message is cut where it must be, and loses nothing."""
        text = "abcdefghij" * 1000
        assert text == "".join(words(" ".join(self._parts(harness, text))))

    @pytest.mark.parametrize("cluster", ["👩‍👩‍👧", "🇩🇪", "👍🏽", "e\u0301\u0323", "각"])
    def test_no_character_is_cut(self, harness: AdapterHarness, cluster: str) -> None:
        """What people see as one character stays one, also where no space is for thousands of them."""
        for part in self._parts(harness, cluster * 20_000)[:20]:
            assert part.strip("`").replace(cluster, "") == ""

    @pytest.mark.parametrize("paragraphs", [1, 40, 400])
    def test_parts_are_numbered_if_there_are_several(self, harness: AdapterHarness, paragraphs: int) -> None:
        """The last line of each tells which of how many it is; a text in one part has none."""
        only_with_markup(harness)
        texts = [part.text for part in harness.adapter.render(Reply("\n\n".join(["word " * 60] * paragraphs)))]
        numbers = [match.groups() if (match := NUMBER.search(text)) else None for text in texts]
        several = [(str(number), str(len(texts))) for number in range(1, len(texts) + 1)]
        assert numbers == (several if len(texts) > 1 else [None])

    # -- sources, link, buttons

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

    @pytest.mark.parametrize("text", ["x", "word " * 360, "word " * 390, "word " * 760, "para.\n\n" * 277])
    def test_source_is_never_cut(self, harness: AdapterHarness, text: str) -> None:
        """Each source stands whole in one part, wherever the text ends."""
        parts = self._parts(harness, text, *SOURCES)
        for source in SOURCES:
            [part] = [part for part in parts if source.heading in part]
            assert all(fact in part for fact in (f"[{source.number}]", source.title, source.url))

    @pytest.mark.parametrize("url", ["https://x.example/" + "退" * 980, "https://x.example/?" + "&" * 980, "x" * 9000])
    @pytest.mark.parametrize("title", ["&" * 900, "`*<" * 300, "退货" * 450, "@here " * 150])
    def test_long_source_fits_a_part(self, harness: AdapterHarness, url: str, title: str) -> None:
        """However long its names and its address are, and become in the platform's markup."""
        only_with_markup(harness)
        sources = tuple(Source(number, title, title, url) for number in (1, 2, 3))
        self._assert_taken(harness, list(harness.adapter.render(Reply("word " * 300, sources, link=url))))

    @pytest.mark.parametrize(
        "title", ["see https://evil.com", "`", "[x](https://evil.com)", "<@1> @everyone", "\n\n# x"]
    )
    def test_title_of_a_source_is_only_text(self, harness: AdapterHarness, title: str) -> None:
        """Titles come from documents, which anybody may have written; the source's own address is a link."""
        only_with_markup(harness)
        [part] = self._parts(harness, "Yes.", Source(1, title, title, "https://other.example/1"), Source(2, title))
        assert self._pings(harness, part) == []
        assert {"other.example"} == self._hosts(harness, part)

    @pytest.mark.parametrize(
        "url", ["javascript:alert(1)", "https://a@evil.com", "file:///etc/faq.md", "/faq", "x\n<!here>"]
    )
    def test_address_that_is_no_web_page_is_no_link(self, harness: AdapterHarness, url: str) -> None:
        """Neither of a source, nor of the reply."""
        only_with_markup(harness)
        for part in harness.adapter.render(Reply("Yes.", (Source(1, "T", url=url),), link=url)):
            assert self._links(harness, part.text) == []
            assert self._pings(harness, part.text) == []

    def test_link_of_the_reply_stands_on_its_own_line(self, harness: AdapterHarness) -> None:
        """Whatever the hosts that the text may link to."""
        only_with_markup(harness)
        link = "https://chat.example/archives/C1/p123?a=1"
        [part] = harness.adapter.render(Reply("A person is needed.", link=link))
        assert [link] == self._links(harness, part.text)
        assert not [line for line in part.text.splitlines() if link in line and "needed" in line]

    def test_buttons_are_on_the_last_part(self, harness: AdapterHarness) -> None:
        """Below everything that was said, and below nothing else."""
        for text in ("word", "word " * 1000):
            parts = harness.adapter.render(Reply(text, SOURCES, buttons=BUTTONS))
            assert [()] * (len(parts) - 1) + [BUTTONS] == [part.buttons for part in parts]
            assert not any(part.is_preview for part in parts)

    # -- previews

    def test_preview_is_marked_and_bare(self, harness: AdapterHarness) -> None:
        """It shows that more is coming, and nothing that would change with it."""
        only_with_markup(harness)
        for text in ("Thirty days", "```\nx = 1", "word " * 1000):
            reply = Reply(text, SOURCES, buttons=BUTTONS, link="https://chat.example/1", is_preview=True)
            parts = harness.adapter.render(reply)
            assert all(part.is_preview and not part.buttons for part in parts)
            assert [False] * (len(parts) - 1) + [True] == [part.text.endswith("…") for part in parts]
            shown = " ".join(part.text for part in parts)
            assert "Title1" not in shown
            assert not self._links(harness, shown)

    @PER_SUBCLASS
    @given(text=plain_words, growth=st.floats(0.01, 1.0))
    def test_parts_of_a_preview_stay_as_the_text_grows(self, harness: AdapterHarness, text: str, growth: float) -> None:
        """A part that is full is not edited again but for its number, and the last one only grows."""
        only_with_markup(harness)
        whole = Reply(text, SOURCES, buttons=BUTTONS)
        begun = replace(whole, text=text[: max(1, int(len(text) * growth))], is_preview=True)
        final = [NUMBER.sub("", part.text) for part in harness.adapter.render(whole)]
        *full, last = [part.text for part in harness.adapter.render(begun)]
        assert full == final[: len(full)]
        assert final[len(full)].startswith(last.removesuffix("…").rstrip())
