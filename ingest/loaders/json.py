"""FAQs as JSON: an object a line, or one array of objects, with a key for the question and one for the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ingest.errors import DocumentUnreadable, shown
from ingest.loaders.base import LoadedDocument, RawDocument
from ingest.loaders.columns import columns_told, named_columns
from ingest.loaders.options import DEFAULT_OPTIONS, LoaderOptions
from ingest.loaders.pairs import Pairs, Row
from ingest.loaders.source_text import decode_utf8

# Objects may lack a key or have further ones; these many tell which keys there are.
MAX_OBJECTS_SEEN = 1_000


def load_json_lines(raw: RawDocument, options: LoaderOptions = DEFAULT_OPTIONS) -> LoadedDocument:
    """One pair a line, in the order of the file. Lines that lack the question or the answer are left out, and noted."""
    return _load(raw, list(_objects_of_lines(raw, decode_utf8(raw))), options)


def load_json(raw: RawDocument, options: LoaderOptions = DEFAULT_OPTIONS) -> LoadedDocument:
    """One pair an object of the array; places in notes are the objects' numbers, from 1."""
    value = _parse(raw, decode_utf8(raw), "it")
    if not isinstance(value, list):
        raise DocumentUnreadable(
            f"{shown(raw.uri)} is not an array of objects with question and answer: convert it to that, or to .jsonl"
        )
    return _load(raw, [(number, _object(raw, item, f"item {number}")) for number, item in enumerate(value, 1)], options)


def _load(raw: RawDocument, objects: list[tuple[int, dict[str, object]]], options: LoaderOptions) -> LoadedDocument:
    keys = list(dict.fromkeys(key for _, item in objects[:MAX_OBJECTS_SEEN] for key in item))
    columns = named_columns(raw.uri, keys, options.hints)
    if columns is None:
        raise DocumentUnreadable(
            f"{shown(raw.uri)}: its objects must have the keys 'question' and 'answer' (they have:"
            f" {columns_told(keys)})"
        )
    pairs = Pairs()
    pairs.add((Row(str(number), [_text(item.get(key)) for key in keys]) for number, item in objects), columns)
    return pairs.document(raw)


def _objects_of_lines(raw: RawDocument, text: str) -> Iterator[tuple[int, dict[str, object]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            place = f"line {number}"
            yield number, _object(raw, _parse(raw, line, place), place)


def _parse(raw: RawDocument, text: str, place: str) -> object:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError) as exc:
        reason = "nested too deeply" if isinstance(exc, RecursionError) else str(exc)
        raise DocumentUnreadable(
            f"{shown(raw.uri)}: {place} is no valid JSON ({shown(reason)}): correct it, or save the file anew"
        ) from exc
    return value


def _object(raw: RawDocument, value: object, place: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise DocumentUnreadable(
            f"{shown(raw.uri)}: {place} is no object: write {{'question': …, 'answer': …}} with double quotes"
        )
    return value


def _text(value: object) -> str:
    """Text and numbers; what else JSON holds is no question and no answer."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
