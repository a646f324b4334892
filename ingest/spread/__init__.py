"""Ingest by many workers: the sources of one sync are rows in Postgres, which worker processes lease; RQ wakes them."""
