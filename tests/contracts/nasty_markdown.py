"""Markdown and links as hostile as they come, for every platform's renderer."""

from __future__ import annotations

from hypothesis import strategies as st

ALLOWED = "shop.example"
LINK_HOSTS = (ALLOWED, "bücher.example")

# Each tries to become a link that leads elsewhere than to LINK_HOSTS, or that shows another address than its own.
BAD_LINKS = (
    "[here](https://evil.com/x)",
    "[here](<https://evil.com/a b>)",
    "[https://shop.example](https://evil.com)",
    "[shop.example](//evil.com)",
    "<https://evil.com>",
    "<HTTPS://EVIL.COM>",
    "https://evil.com/path?q=1&r=2#f",
    "hTTp://eViL.cOm",
    "(https://evil.com)",
    "**https://evil.com**",
    "https://ev**il**.com",
    "https://shop.example**.evil.com**",
    "# evil.**com**",
    "www.evil.com",
    "evil.com/path",
    "evil.com",
    "EVIL.COM:8443/x",
    "support@evil.com",
    "[mail](mailto:a@evil.com)",
    "<a@evil.com>",
    "https://shop.example@evil.com",
    "https://shop.example:443@evil.com/",
    "https://shop.example%40evil.com@evil.com",
    "https://shop.example\\@evil.com",
    "https:\\\\evil.com",
    "[x](https://shop.example\\\\@evil.com)",
    "https://shop.example.evil.com",
    "<https://shop.example>.evil.com",
    "[x](https://shop.example).evil.com",
    "https://shop.example。evil.com",
    "https://shop.example，https://evil.com",
    "https://evil.com，https://shop.example",
    "https://shop.example,https://evil.com",
    "https://shop.example/?u=https://evil.com",
    "https://sub.shop.example/",
    "https://evilshop.example/",
    "https://ѕhop.example/",
    "https://xn--hop-b7c.example/",
    "https://evil.com/shop.example",
    "https://evil.com?shop.example",
    "https://evil.com#@shop.example",
    "https://evil\u200b.com",
    "https://evil&#46;com",
    "&#104;ttps://evil.com",
    "ev&#27;il.com",
    "evil&#8238;.com",
    "\\https://evil.com",
    "`https://evil.com",
    "\\`https://evil.com`",
    "`` ` ``https://evil.com`",
    "https://evil.com`",
    "x`https://evil.com`x",
    "中https://evil.com文",
    "请访问evil.com谢谢",
    "ftp://evil.com/x",
    "slack://evil.com",
    "[x](javascript:alert(1))",
    "[x](data:text/html,evil)",
    "[x][evil]\n\n[evil]: https://evil.com",
    "![pixel](https://evil.com/p.png)",
    "![](https://evil.com/p.png)",
    "[![pic](https://evil.com/a.png)](https://evil.com)",
    "<https://evil.com|shop>",
    "<http://evil.com|https://shop.example>",
    "<a href='https://evil.com'>shop</a>",
    "| a |\n|---|\n| https://evil.com |",
    "| [a](https://evil.com) | `b` https://evil.com |\n|---|---|",
    "> https://evil.com",
    "- https://evil.com",
    "```\nhttps://evil.com\n```",
    "```\na`````\nhttps://evil.com\n```",
    "https://shop.example![p](https://evil.com/p.png)",
    "https://evil.com/" + "a" * 3000,
    "[x](https://shop.example/?" + "&" * 970 + "evil.com)",
    "https://shop.example/" + "退" * 970 + "evil.com",
    "`" + "https://evil.com/ " * 200 + "`",
    "https://e\u0301vil.com",
    "https://[::1]/",
    "https://127.0.0.1/",
    "https://" + "evil." * 50 + "com",
)

# Each tries to notify, to show a picture, a time or a message of the platform's own, or to break what is around it.
MARKS = (
    "@everyone", "@here", "@channel", "<!channel>", "<!here|x>", "<!subteam^S1>", "<@U123>", "<@123>", "<@!1>", "<@&1>",
    "<#C1>", "<#12>", "</refund:12>", "<id:customize>", "<t:0:R>", "<:evil:1>", "<a:evil:1>", ":smile:", "[微笑]",
    "@Shop\u2005", "<!date^0^{date}|x>", "<@[](x)1>", "@[](x)everyone", "&lt;!channel&gt;", "&#64;everyone", "\\@here",
    "```\n", "```python\n", "```not a language\n", "~~~\n", "\n\n", "\n", "  \n", "**", "*", "__", "_", "`", "``", "~~",
    "||", "# ", "#### ", "-# ", "- ", "+ ", "  - ", "> ", ">>> ", "1. ", "7) ", "\\", "[", "](", ")", "<", ">", "&",
    "---\n", "===\n", "| a | b |\n|--:|---|\n", "| ", "\t", "    ", "\r\n", "\x00", "\x1b[31m", "\u202e", "\u2066",
    "\u2028", "\x85", "\ud800", "\ufeff", "\u200b", "e\u0301", "Z" + "\u0300\u0316" * 30, "👩\u200d👩\u200d👧",
    "🇩🇪🇫🇷", "👍🏽", "각", "שלום", "مرحبا", "退货。", "a" * 300,
    "word ", "<b>", "<!-- x -->", "$(x)", "{{x}}", "%s", "¯\\_(ツ)_/¯",
)  # fmt: skip

pieces = st.sampled_from(MARKS) | st.sampled_from(BAD_LINKS) | st.text(max_size=30)
nasty = st.lists(pieces, min_size=1, max_size=40).map("".join).filter(lambda text: bool(text.strip()))


@st.composite
def with_markers(draw: st.DrawFn) -> tuple[str, list[str]]:
    """Give nasty text with words in it that can be found again."""
    written = draw(st.lists(st.sampled_from(MARKS) | st.sampled_from(BAD_LINKS), min_size=1, max_size=40))
    markers = [f"w{number}x" for number in range(len(written))]
    return " ".join(f"{piece} {marker}" for piece, marker in zip(written, markers, strict=True)), markers
