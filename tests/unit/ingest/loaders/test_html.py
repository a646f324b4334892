"""Web pages: what is kept, what is dropped, and pages made to do harm."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from ingest.errors import DocumentUnreadable, EmptyDocument, IngestError
from ingest.loaders.base import LoadedDocument, Markdown, RawDocument
from ingest.loaders.html import load_html
from ingest.loaders.options import FurnitureRules, LoaderOptions, ReadingHints

URI = "/page.html"


def markdown_of(html: str | bytes) -> str:
    """The Markdown that the loader makes."""
    data = html if isinstance(html, bytes) else html.encode()
    content = load_html(RawDocument(URI, data)).content
    assert isinstance(content, Markdown)
    assert content.slug_anchors is False
    return content.text.strip()


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h2 id=hours>Opening <em>hours</em></h2>", "## Opening *hours* {#hours}"),
        ("<section id=s1><h2>A</h2><p>b</section>", "## A {#s1}\n\nb"),
        ("<div id=s1><p>before</p><h2>A</h2></div>", "before\n\n## A"),
        ("<div id=s1><div><div><h2><a id=inner></a>A</h2></div></div></div>", "## A {#inner}"),
        ("<div id=s1><div><div><h2>A</h2></div></div></div>", "## A {#s1}"),
        ("<h3><a name=old>A</a></h3>", "### A {#old}"),
        ("<h2 id='a b'>A</h2>", "## A"),
        ('<h1>T<a class="headerlink" href="#t">¶</a></h1>', "# T"),
    ],
)
def test_headings_keep_their_anchors(html: str, expected: str) -> None:
    """Their own id, that of an anchor inside, or of the section that they open; an id with blanks leads nowhere."""
    assert markdown_of(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a <b>b</b> <code>x_y*z</code> snake_case 2*3</p>", "a **b** `x_y*z` snake_case 2*3"),
        ("<pre><code class='language-sql'>select 1;\n# x</code></pre>", "```sql\nselect 1;\n# x\n```"),
        (
            "<table><tr><th>Fee<th>EUR<tr><td>Card<td>5</table>",
            "| Fee | EUR |\n| --- | --- |\n| Card | 5 |",
        ),
        ("<ul><li>a<li>b</ul><ol start=3><li>c</ol>", "* a\n* b\n\n3. c"),
        ("<p>a<p>b<ul><li>c<ul><li>d</ul>e</ul>f", "a\n\nb\n\n* c\n  + d\n  e\n\nf"),
        ("<dl><dt>Fee<dd>5 EUR<dt>Limit<dd>none</dl>", "Fee\n:   5 EUR\n\nLimit\n:   none"),
        ("<h2>A<h3>B</h3><p>c", "## A\n\n### B\n\nc"),
        ('<a href="https://x.org/a">there</a> <a href="b.html">here</a>', "[there](https://x.org/a) here"),
        ('<a href="javascript:alert(1)">click</a>', "click"),
        ('<p>See <img src="a.png" alt="the form"></p>', "See the form"),
        ("<p># no heading</p><p>=====</p><p>&lt;!-- no comment</p>", "\\# no heading\n\n\\=====\n\n\\<!-- no comment"),
    ],
)
def test_elements_become_markdown(html: str, expected: str) -> None:
    """Text that only looks like markup stays text; links that lead nowhere from a chat are just their words."""
    assert markdown_of(html) == expected


FURNITURE = (
    "<nav>Home</nav><header><div>Logo</div></header><aside>Ads</aside><footer>Imprint</footer><script>x()</script>"
    "<style>p{}</style><noscript>Enable it</noscript><div role=navigation>Menu</div><div role=search>Find</div>"
    "<div class='breadcrumbs'>You are here</div><div class='cookie-banner'>Cookies?</div><form><input>Search</form>"
    "<template>t</template><p hidden>secret</p><button>Go</button><div class=navfooter>Next</div>"
)


@pytest.mark.parametrize(
    "html",
    [
        f"<body>{FURNITURE}<h1>T</h1><p>Text</p></body>",
        f"<body>{FURNITURE}<main>{FURNITURE}<h1>T</h1><p>Text</p></main>outside</body>",
        f"<body>{FURNITURE}<div role=main><h1>T</h1><p>Text</p></div>outside</body>",
        "<body><div>outside</div><article><header><h1>T</h1><p>By me</p></header><p>Text</p></article></body>",
        "<body>outside<div class=body><h1>T</h1><p>Text</p></div></body>",
        "<form name=aspnetForm><h1>T</h1><p>Text</p><input name=q></form>",
        "<body class=related><footer><article><h1>T</h1><p>Text</p></article></footer></body>",
        f"<main></main>{FURNITURE}<h1>T</h1><p>Text</p>",
    ],
)
def test_only_the_content_is_kept(html: str) -> None:
    """However the page is built, its furniture goes and its text stays."""
    assert markdown_of(html) == "# T\n\nText"


@pytest.mark.parametrize(
    "furniture",
    [
        "<p>Member-only story</p>",
        "<div><span>Published in Some Letters</span> · <span>7 min read</span> · <span>Dec 7, 2023</span></div>",
        "<p><a href='https://x.org/in'>Sign in</a></p>",
        "<div><a href='https://x.org/up'>Sign up</a> / <a href='https://x.org/in'>Sign in</a></div>",
        "<p><a href='https://x.org'>Share</a></p>",
        "<ul><li><a href='https://x.org'>Share on Facebook</a><li><a href='https://x.org'>Share on X</a></ul>",
        "<p>Was this page helpful? <a href='https://x.org/y'>Yes</a> <a href='https://x.org/n'>No</a></p>",
        "<div class=x1><p>We use cookies to improve this site.</p><button>Accept all</button><button>No</button></div>",
        "<div><div><p>Cookies? Yes please.</p><p>Read our policy.</p></div><div><a href='#'>I agree</a></div></div>",
        "<div id=onetrust-banner-sdk>Your privacy</div><div class='sharedaddy x'>Click to share</div>",
        "<p>Back to top</p><p>War dieser Artikel hilfreich?</p>",
    ],
)
def test_furniture_is_told_by_its_words(furniture: str) -> None:
    """What blogs, help centres and cookie banners put around and between a text, whatever their elements are called."""
    assert markdown_of(f"<h1>T</h1>{furniture}<p>Text</p>{furniture}") == "# T\n\nText"


@pytest.mark.parametrize(
    "content",
    [
        "## Share",
        "* Share\n* Follow",
        "We use cookies to keep you signed in. You can accept or reject them.",
        "## How do I accept all cookies?\n\nPress *Accept all*.",
        "It takes 7 min read from start to end, and you follow.",
        "| Sign in | Sign up |\n| --- | --- |\n| 1 | 2 |",
        "```\nShare\n\nMember-only story\n```",
        "> Member-only story",
    ],
)
def test_text_about_furniture_is_kept(content: str) -> None:
    """Headings, lists, tables, code and whole sentences are content, whatever they speak of."""
    html = MarkdownIt("commonmark").enable("table").render(content)
    assert markdown_of(f"<main>{html}</main>") == content


def test_rules_take_more_out() -> None:
    """Elements by CSS selectors, lines by regular expressions; a line is matched as a whole."""
    rules = FurnitureRules(("div.promo", "p:nth-of-type(3)"), ("new in version .*", "[0-9]+ views"))
    html = "<div class='promo x'><div class=promo>Buy</div></div><p>One</p><p>12 Views</p><p>x</p><p>The 12 views</p>"
    options = LoaderOptions(hints=ReadingHints(furniture_rules=rules))
    content = load_html(RawDocument(URI, f"{html}<p>New in version 3<br>Yes</p>".encode()), options).content
    assert content == Markdown("One\n\nThe 12 views\n\nYes\n", slug_anchors=False)


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<title>Site - T</title><h1>The  <i>page</i>¶</h1><p>x", "The page"),
        ("<title> Only\n this </title><p>x", "Only this"),
        ("<p>x", ""),
    ],
)
def test_the_title_is_the_main_heading_else_the_pages_title(html: str, title: str) -> None:
    """Titles of pages carry the site's name; headings don't."""
    assert load_html(RawDocument(URI, html.encode())).title == title


@pytest.mark.parametrize(
    "data",
    [
        '<meta charset="iso-8859-1"><p>café</p>'.encode("iso-8859-1"),
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251"><p>café</p>'.replace(
            "é", "й"
        ).encode("windows-1251"),
        "<p>café</p>".encode(),
        "<p>café</p>".encode("utf-16"),
        b"\xef\xbb\xbf<p>caf\xc3\xa9</p>",
        "<p>café</p>".encode("windows-1252"),
    ],
)
def test_the_declared_charset_is_honoured(data: bytes) -> None:
    """Declared in the page or by a mark; else UTF-8, else what the HTML standard says."""
    assert markdown_of(data) in ("café", "cafй")


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (b'<meta charset="utf-8"><p>caf\xe9', "declares utf-8, but the byte 0xe9 at offset 28"),
        (b'<meta charset="klingon"><p>a', "declares the unknown charset klingon"),
        (b"<p>a\0b", "binary"),
        (b"%PDF-1.4", "a PDF file"),
        (b'<a href="' * 1000, "broken HTML"),
    ],
)
def test_an_undecodable_page_is_refused_with_advice(data: bytes, advice: str) -> None:
    """The page says one thing and is another: one line that names the file."""
    with pytest.raises(DocumentUnreadable, match=r"^/page\.html ") as caught:
        load_html(RawDocument(URI, data))
    assert advice in str(caught.value)


@pytest.mark.parametrize(
    "html", ["", "<p> </p>", "<script>var text = 1</script>", "<nav>Home</nav>", "<hr>", "<!--x-->"]
)
def test_a_page_without_text_is_refused(html: str) -> None:
    """Furniture and scripts are no text."""
    with pytest.raises(EmptyDocument, match="holds no text"):
        load_html(RawDocument(URI, html.encode()))


MANY = 5_000


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000 + "deep",
        "<div>" * MANY + "deep" + "</div>" * MANY,
        "<form>" * MANY + "<p>deep",
        "<header>" * MANY + "<h1>deep",
        "<div class=footer>" * MANY + "<h1>deep",
        "<b>" * MANY + "deep",
        "<table><tr><td>" * MANY + "deep",
        "<ul><li>" * MANY + "deep",
        "<ol>" + "<li>deep" * MANY,
        "<p>deep" * MANY,
        "<section id=s>" + "<br>" * MANY + "<h2>deep</h2>" * 100,
        "<!--" * MANY + "deep",
        '<a href="' * MANY + "deep",
        "<a" + " x" * MANY + ">deep",
        "<?" * MANY + "deep",
        "&#" * MANY + "deep",
    ],
    ids=lambda html: html[:20],
)
def test_a_page_made_to_do_harm_ends_soon(html: str) -> None:
    """Deep nesting and endless tags: its text or a refusal, without a crash, in time that grows with its size."""
    started = time.process_time()
    try:
        text = markdown_of(html)
    except IngestError as exc:
        text = f"{exc} deep"
    assert "deep" in text
    assert time.process_time() - started < 60


def test_fuzzed_pages_are_read_or_refused(shared_data: Path) -> None:
    """Files that once crashed the parser."""
    for path in sorted((shared_data / "torture" / "html").glob("*-*")):
        with suppress(IngestError):
            assert isinstance(load_html(RawDocument(str(path), path.read_bytes())), LoadedDocument)


def test_documentation_pages_lose_their_furniture_only(shared_data: Path) -> None:
    """Sphinx and DocBook: the questions keep their anchors, the sidebars are gone."""
    sphinx = shared_data / "python-faq" / "docs" / "general.html"
    docbook = shared_data / "debian-faq" / "docs" / "choosing.en.html"
    python = markdown_of(sphinx.read_bytes())
    debian = markdown_of(docbook.read_bytes())
    assert "### What is Python? {#what-is-python}\n\nPython is an interpreted" in python
    assert python.startswith("# General Python FAQ {#general-python-faq}\n\n## General Information")
    assert "## 3.1. Which Debian distribution (stable/testing/unstable) is better for me? {#s3.1}" in debian
    for furniture in ("Navigation", "Copyright", "Previous topic", "Table of Contents", "¶"):
        assert furniture not in python
        assert furniture not in debian
