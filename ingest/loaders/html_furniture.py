"""The part of a page that is the page, and not its surroundings."""

from __future__ import annotations

from collections.abc import Callable

from bs4 import BeautifulSoup, Tag

from ingest.loaders.html_shape import is_gone

# Never content.
_DROPPED_TAGS = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "iframe",
        "object",
        "canvas",
        "dialog",
        "button",
        "input",
        "select",
        "textarea",
        "head",
        "nav",
        "aside",
    }
)
_DROPPED_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "complementary", "dialog", "alertdialog"})
# What site builders and documentation tools call their furniture: Sphinx, DocBook, MkDocs, WordPress, cookie bars.
_BOILERPLATE = frozenset(
    {
        "headerlink",
        "navheader",
        "navfooter",
        "toc",
        "sphinxsidebar",
        "related",
        "breadcrumb",
        "breadcrumbs",
        "sidebar",
        "site-header",
        "site-footer",
        "page-footer",
        "footer",
        "share",
        "sharing",
        "social",
        "cookie-banner",
        "cookie-notice",
        "cookie-consent",
        "skip-link",
        "edit-page",
        "edit-this-page",
        "pagination",
        "md-nav",
        "md-sidebar",
        "navigation",
        # Cookie consent: OneTrust, Cookiebot, Cookie Consent, CookieYes, Usercentrics, Complianz.
        "onetrust-consent-sdk",
        "onetrust-banner-sdk",
        "cybotcookiebotdialog",
        "cc-window",
        "cky-consent-container",
        "usercentrics-root",
        "cmplz-cookiebanner",
        "cookie-bar",
        "cookie-popup",
        "cookies-banner",
        "gdpr-banner",
        # Help centres and blogs: Zendesk, Intercom, Jetpack, AddToAny, Disqus.
        "article-votes",
        "article-more-questions",
        "article-return-to-top",
        "article-relatives",
        "recent-articles",
        "related-articles",
        "related-posts",
        "sharedaddy",
        "addtoany_share_save_container",
        "share-buttons",
        "social-share",
        "social-links",
        "newsletter-signup",
        "page-feedback",
        "article-feedback",
        "was-this-helpful",
        "disqus_thread",
        "advertisement",
    }
)
_HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
# From the most explicit to the most general; taken only where the page has exactly one of a kind.
_MAIN: tuple[Callable[[Tag], bool], ...] = (
    lambda tag: tag.name == "main",
    lambda tag: tag.get("role") == "main",
    lambda tag: tag.name == "article",
    lambda tag: tag.name == "div" and "body" in _names(tag),
    lambda tag: "content" in _names(tag),
)


def main_content(soup: BeautifulSoup) -> Tag:
    """The element that holds the content, furniture taken out of it (the soup is changed)."""
    for tag in soup.find_all(True):
        if not is_gone(tag):
            _reduce(tag)
    tags = soup.find_all(True)
    for is_main in _MAIN:
        found: list[Tag] = [tag for tag in tags if is_main(tag)]
        if len(found) == 1 and found[0].get_text(strip=True):
            return found[0]
    return soup.body if isinstance(soup.body, Tag) else soup


def _reduce(tag: Tag) -> None:
    """Take out what is furniture of this element."""
    if tag.name in _DROPPED_TAGS or tag.get("role") in _DROPPED_ROLES or tag.has_attr("hidden"):
        tag.decompose()
    elif tag.name == "form":
        _reduce_form(tag)
    elif tag.name == "header":
        _reduce_header(tag)
    elif _is_named_furniture(tag) and tag.find(["h1", "main", "article"]) is None:
        # A name is no meaning: what holds the page's main heading stays, whatever it is called.
        tag.decompose()


def _is_named_furniture(tag: Tag) -> bool:
    if tag.name in ("html", "body"):
        return False
    return tag.name == "footer" or not _BOILERPLATE.isdisjoint(_names(tag))


def _reduce_form(form: Tag) -> None:
    """Search boxes and logins go; a form that has headings or paragraphs in it is a page built inside a form."""
    if form.find([*_HEADINGS, "p", "article"]) is None:
        form.decompose()
    else:
        form.name = "div"


def _reduce_header(header: Tag) -> None:
    """Of a header only its headings stay: in articles the page's own title stands there."""
    headings = [heading.extract() for heading in header.find_all(_HEADINGS)]
    header.clear(decompose=True)
    header.extend(headings)
    header.name = "div"


def _names(tag: Tag) -> list[str]:
    """The element's classes and id, in lower case."""
    classes = [str(name).lower() for name in tag.get_attribute_list("class") if name]
    return [*classes, str(tag.get("id", "")).lower()]
