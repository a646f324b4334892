"""Questions that a knowledge set has no answer to: those of the other sets' pairs, and everyday ones."""

from __future__ import annotations

from importlib import resources

from psycopg_pool import ConnectionPool

from assistant.evaluation.questions import Question
from assistant.vector_store.connections import vector_connection
from assistant.vector_store.scope import EVERYONE

MAX_CHARS = 300
_OTHERS = """
select question from (
    select distinct split_part(c.text, E'\\n', 1) as question
    from chunks c join knowledge_sets k on k.id = c.knowledge_set_id
    where k.name <> %(name)s and c.is_pair and c.audience @> array[%(everyone)s]
) q
where length(question) between 8 and %(max_chars)s
    and not exists (
        select from chunks c join knowledge_sets k on k.id = c.knowledge_set_id
        where k.name = %(name)s and c.is_pair and split_part(c.text, E'\\n', 1) = question
    )
order by md5(question)
limit %(count)s
"""


def strange_questions(pool: ConnectionPool, knowledge_set: str, count: int) -> list[Question]:
    """At most `count` of them, the same each time: random ones of the other sets', and where these are too few
    everyday ones. Raises DatabaseUnavailable."""
    values = {"name": knowledge_set, "everyone": EVERYONE, "max_chars": MAX_CHARS, "count": count}
    with vector_connection(pool) as connection:
        found = [row[0] for row in connection.execute(_OTHERS, values).fetchall()]
    found += everyday_questions()[: count - len(found)]
    return [Question(f"strange-{number}", query, answerable=False) for number, query in enumerate(found, start=1)]


def everyday_questions() -> list[str]:
    """What people ask an assistant that no organisation's FAQ answers."""
    lines = (resources.files("assistant.calibration") / "everyday.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]
