"""Tests of one part each, without servers."""
