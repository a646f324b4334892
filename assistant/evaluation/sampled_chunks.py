"""Random chunks of a knowledge set, the same ones for the same seed as long as the set does not change."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg_pool import ConnectionPool

from assistant.vector_store.connections import vector_connection
from assistant.vector_store.scope import EVERYONE

MIN_CHARS = 40
"""A shorter passage, a heading or a row of numbers, says nothing that could be asked for."""

_SAMPLE = """
select c.id, d.uri, d.title, c.heading_path, c.text, c.is_pair
from chunks c join documents d on d.id = c.document_id join knowledge_sets k on k.id = c.knowledge_set_id
where k.name = %(name)s and length(c.text) >= %(min_chars)s and c.audience @> array[%(everyone)s]
order by md5(encode(c.key, 'hex') || %(seed)s), c.id
limit %(count)s
"""


@dataclass(frozen=True, slots=True)
class SampledChunk:
    """A chunk with where it stands. Of a pair (`is_pair`) the text is its question, a line end, and its answer."""

    chunk_id: int
    uri: str
    title: str
    heading: str
    text: str
    is_pair: bool = False

    @property
    def asked(self) -> str:
        """The question of a pair; "" of any other chunk."""
        return self.text.partition("\n")[0] if self.is_pair else ""

    @property
    def body(self) -> str:
        """What is said: of a pair its answer."""
        return self.text.partition("\n")[2] if self.is_pair else self.text


def sampled_chunks(pool: ConnectionPool, knowledge_set: str, count: int, seed: int = 0) -> list[SampledChunk]:
    """At most `count` chunks that everyone may see, in random order. Raises DatabaseUnavailable."""
    values = {
        "name": knowledge_set,
        "min_chars": MIN_CHARS,
        "everyone": EVERYONE,
        "seed": str(seed),
        "count": count,
    }
    with vector_connection(pool) as connection:
        rows = connection.execute(_SAMPLE, values).fetchall()
    return [
        SampledChunk(chunk_id, uri, title, " > ".join(path), text, is_pair)
        for chunk_id, uri, title, path, text, is_pair in rows
    ]
