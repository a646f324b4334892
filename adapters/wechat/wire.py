"""Reads what gateways put on the wire, which is not always what the protocol allows."""

from __future__ import annotations

import re
from typing import Any

from grpclib.encoding.proto import ProtoCodec

# Half a surrogate pair in three bytes, as JavaScript's protobuf writes an emoji that was cut in two: names are cut so.
# UTF-8 knows no such thing, and Python takes none of the message then.
_HALF_A_PAIR = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
# U+FFFD, in as many bytes: the lengths in the message stay right.
_REPLACEMENT = b"\xef\xbf\xbd"


class LenientCodec(ProtoCodec):
    """Protocol Buffers, with a replacement character for what is none."""

    def decode(self, data: bytes, message_type: Any) -> Any:
        try:
            return super().decode(data, message_type)
        except UnicodeDecodeError:
            return super().decode(_HALF_A_PAIR.sub(_REPLACEMENT, data), message_type)
