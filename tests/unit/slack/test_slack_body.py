"""What is read from a request's body, and what is too much to be read."""

from __future__ import annotations

import json
import time
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.body import FORM, MAX_BODY_BYTES, MAX_CONTAINERS, MAX_DEPTH, json_object, payload_in

JSON = "application/json"


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b'{"type":"event_callback","event":{}}', JSON, {"type": "event_callback", "event": {}}),
        (b'{"a":1}', "application/json; charset=utf-8", {"a": 1}),
        (b'{"a":1}', "", {"a": 1}),
        (b"command=%2Fask&text=", FORM, {"command": "/ask", "text": ""}),
        (b"text=%C3%A9+%E2%98%83", f"{FORM}; charset=utf-8", {"text": "é ☃"}),
        (urlencode({"payload": '{"type":"block_actions"}'}).encode(), FORM, {"type": "block_actions"}),
    ],
)
def test_payload_is_read(body: bytes, content_type: str, expected: dict[str, object]) -> None:
    """Events come as JSON, commands as a form, interactions as JSON in a form."""
    assert expected == payload_in(body, content_type)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        *(
            (body, JSON)
            for body in (b"", b"{", b"[]", b"1", b"\xff", b"payload=%7B%7D", b'{"event":5}', b'{"event":null}')
        ),
        (b"", FORM),
        (b"\xff=1", FORM),
        (b"text=%FF", FORM),
        (b"payload=%5B%5D", FORM),
        (b"payload=%7B", FORM),
        (b"payload=%7B%7D&payload=%7B%7D", FORM),
        (b"text=1&text=2", FORM),
        (b"&".join(b"f%d=1" % number for number in range(101)), FORM),
        (urlencode({"payload": '{"event":[]}'}).encode(), FORM),
    ],
)
def test_what_is_no_payload_is_told(body: bytes, content_type: str) -> None:
    """Neither a list nor half a form nor two of the same field is one."""
    assert payload_in(body, content_type) is None


@pytest.mark.parametrize("form", [False, True], ids=["json", "form"])
@pytest.mark.parametrize(
    "bomb",
    [
        b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
        b'{"a":' + b"[" * 100_000,
        b'{"a":[' + b"[]," * MAX_CONTAINERS + b"[]]}",
        b'{"a":' + b"]" * 100 + b"[" * 200 + b"}",
    ],
    ids=["deep", "deep and open", "many", "closed before it is open"],
)
def test_bomb_is_not_parsed(bomb: bytes, form: bool) -> None:
    """What nests too deep, or holds too much, costs a look at its brackets."""
    body = urlencode({"payload": bomb.decode()}).encode() if form else bomb
    assert payload_in(body, FORM if form else JSON) is None


def test_brackets_in_texts_are_texts() -> None:
    """What people write does not count, also behind quotes and backslashes."""
    text = '[{"\\' * 1_000
    assert json_object(json.dumps({"text": text, "nested": {"too": ['"[']}}).encode()) == {
        "text": text,
        "nested": {"too": ['"[']},
    }


@pytest.mark.parametrize("unit", [b'"', b'\\"', b'"\\', b"[]", b'"[', b"\\", b'{"'])
def test_largest_hostile_body_is_looked_at_in_no_time(unit: bytes) -> None:
    """The look is linear: no text makes it go back and begin again."""
    body = b'{"a":"' + unit * (MAX_BODY_BYTES // len(unit))
    started = time.process_time()
    assert json_object(body[:MAX_BODY_BYTES]) is None
    assert time.process_time() - started < 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), json_values), st.booleans())
def test_every_modest_object_is_read(data: dict[str, object], ascii_only: bool) -> None:
    """The look at brackets refuses nothing that it should not."""
    assert json_object(json.dumps(data, ensure_ascii=ascii_only).encode(errors="surrogatepass")) == data
