"""Which web addresses may be links, and how they are written so that everybody reads them alike. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from yarl import URL

from adapters.addresses import SCHEME, addresses

MAX_URL_CHARS = 1_000

_EMAIL = re.compile(r"[\w+-]+@([\w.-]+)")
# Backslashes are slashes to some readers, and invisible characters nothing: who checks and who follows could disagree.
_MISREAD = re.compile(
    "[\\\\\\x00-\\x20\\x7f-\\xa0\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
# Domains by their letters, but to whoever reads a title names of files.
_FILE = re.compile(r"[\w.-]+\.(?:md|py|rs|sh|zip)", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")


def web_link(address: str) -> str:
    """Give the http(s) address without a character that any platform's markup knows, "" if it is none."""
    url = _web_url(address)
    return _written(url) if url is not None else ""


@dataclass(frozen=True, slots=True)
class LinkHosts:
    """The hosts that links may lead to, as IDNA writes them."""

    names: frozenset[str]

    @staticmethod
    @lru_cache(maxsize=64)
    def of(names: tuple[str, ...]) -> LinkHosts:
        """Take host names in any case and of any script."""
        urls = (_web_url(f"https://{name}") for name in names)
        return LinkHosts(frozenset(url.raw_host for url in urls if url is not None and url.raw_host))

    def link(self, address: str, *, has_scheme: bool = True) -> str:
        """Give what to link to for an address that a model wrote, "" if it may not be followed."""
        url = _web_url(address if has_scheme else f"https://{address}")
        # An address within an address is a way to somewhere else.
        if url is None or url.raw_host not in self.names or len(SCHEME.findall(address)) > has_scheme:
            return ""
        return _written(url)

    def has_email(self, address: str) -> bool:
        """Whether it is a plain email address at one of the hosts."""
        email = _EMAIL.fullmatch(address)
        return email is not None and email[1].lower() in self.names


def names_other_host(words: str, link: str) -> bool:
    """Whether the words of a link look like an address that is not where it leads."""
    if not words.isascii():
        words = "".join(c for c in unicodedata.normalize("NFKC", words) if unicodedata.category(c) != "Cf")
    found = [words[address.start : address.end] for address in addresses(words, bare=True)]
    return any(_host(shown) != URL(link).raw_host for shown in found if not _FILE.fullmatch(shown))


def _host(shown: str) -> str | None:
    url = _web_url(shown if SCHEME.match(shown) else f"https://{shown}")
    return url.raw_host if url else None


def _web_url(address: str) -> URL | None:
    address = address.strip(" ")
    if len(address) > MAX_URL_CHARS or _MISREAD.search(address):
        return None
    try:
        url = URL(address)
    except ValueError:
        return None
    is_web = url.scheme in ("http", "https") and url.raw_user is None and url.raw_password is None
    return url if is_web and _HOST.fullmatch(url.raw_host or "") else None


def _written(url: URL) -> str:
    """Give the address as ASCII without an @, "" if that is too long to stand in one message on every platform."""
    text = str(url).replace("@", "%40")
    # Slack writes & as &amp;.
    return text if len(text) + 4 * text.count("&") <= MAX_URL_CHARS else ""
