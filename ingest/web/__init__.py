"""Web pages and sitemaps, fetched from public addresses only."""

from ingest.web.dead_links import dead_links
from ingest.web.options import FetchLimits, FetchOptions
from ingest.web.page import FetchedPage, RefusedPage
from ingest.web.pages import fetch, fetch_pages
from ingest.web.sitemap import Sitemap, read_sitemap

__all__ = [
    "FetchLimits",
    "FetchOptions",
    "FetchedPage",
    "RefusedPage",
    "Sitemap",
    "dead_links",
    "fetch",
    "fetch_pages",
    "read_sitemap",
]
