"""Search by vectors and full text in Postgres."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import psycopg
import pytest
from psycopg_pool import ConnectionPool

from assistant.database import open_pool, open_reader_pool
from assistant.embedding.base import EmbeddingModel
from assistant.errors import ConfigurationError
from assistant.vector_store.base import RetrievedChunk, SetOptions, Ways
from assistant.vector_store.chunk_search import PgChunkSearch
from assistant.vector_store.full_text import renew_statistics
from assistant.vector_store.scope import Scope
from tests.integration.vector_store.library import MODEL, Library, pair, passage, query, unit

ALL = Scope(("default",))


@pytest.fixture
def pool(database_url: str) -> Iterator[ConnectionPool]:
    with open_pool(database_url, max_size=2) as opened:
        yield opened


@pytest.fixture
def library(pool: ConnectionPool) -> Library:
    return Library(pool)


@pytest.fixture
def search(database_url: str) -> Iterator[PgChunkSearch]:
    with open_reader_pool(database_url, max_size=2) as opened:
        yield PgChunkSearch(opened)


def uris(found: list[RetrievedChunk]) -> list[str]:
    return [chunk.uri for chunk in found]


def fill(library: Library) -> None:
    library.put("returns.md", [(passage("You can return a parcel within thirty days."), [unit(1)])])
    library.put("shipping.md", [(passage("Shipping takes three days."), [unit(0, 1)])])
    library.put("errors.md", [(passage("Error E4711 means that the printer is out of paper."), [unit(0, 0, 1)])])
    library.finish()


@pytest.mark.parametrize(
    ("ways", "expected"),
    [
        ("dense", ["returns.md", "shipping.md", "errors.md"]),
        ("full-text", ["errors.md"]),
        ("fused", ["errors.md", "returns.md", "shipping.md"]),
    ],
)
def test_each_way_ranks_by_its_own_measure(
    library: Library, search: PgChunkSearch, ways: Ways, expected: list[str]
) -> None:
    """A rare word brings a chunk to the front that lies a little farther away, unless vectors alone count."""
    fill(library)
    [found] = search.search_many(ALL, MODEL.name, [query("what does e4711 mean?", 1, 0.9, 0.8)], ways)
    assert uris(found) == expected


def test_every_result_has_its_exact_distance(library: Library, search: PgChunkSearch) -> None:
    """Also one that full text found far beyond the nearest vectors that are looked at."""
    near = [(passage(f"number {number}", f"h{number}"), [unit(1, number / 1000)]) for number in range(60)]
    library.put("near.md", near)
    library.put("far.md", [(passage("the word zebra"), [unit(0, 0, 1)])])
    library.finish()
    [found] = search.search_many(ALL, MODEL.name, [query("zebra", 1, 0, 1)], "fused")
    by_text = {chunk.text: chunk.distance for chunk in found}
    assert by_text["the word zebra"] == pytest.approx(1 - 1 / np.sqrt(2), abs=1e-6)


def test_several_queries_are_answered_in_their_order(library: Library, search: PgChunkSearch) -> None:
    """One statement, each query with its own number of passages."""
    fill(library)
    asked = [query("", 0, 1, top_k=1), query("", 1, 0.5, top_k=2)]
    found = search.search_many(ALL, MODEL.name, asked)
    assert [uris(each) for each in found] == [["shipping.md"], ["returns.md", "shipping.md"]]


def test_nearest_of_a_chunks_vectors_counts(library: Library, search: PgChunkSearch) -> None:
    """A pair is found by its question or by its answer, and once."""
    library.put("faq.csv", [(pair("How long?", "Three days."), [unit(1), unit(0, 1)])])
    found = search.search_many(ALL, MODEL.name, [query("", 1), query("", 0, 1)])
    assert [[chunk.distance for chunk in each] for each in found] == [[pytest.approx(0)], [pytest.approx(0)]]


def test_several_sets_are_searched_together(library: Library, search: PgChunkSearch) -> None:
    """A set that isn't there adds nothing, and is found once it is."""
    fill(library)
    both = Scope(("default", "more"))
    asked = [query("parcel", 1, top_k=2)]
    before = search.search_many(both, MODEL.name, asked)[0]
    library.put("more.md", [(passage("Parcels go back to the shop."), [unit(1)])], name="more")
    after = search.search_many(both, MODEL.name, asked)[0]
    assert (sorted(uris(before)), sorted(uris(after))) == (["returns.md", "shipping.md"], ["more.md", "returns.md"])


def test_only_documents_with_all_tags_are_found(library: Library, search: PgChunkSearch) -> None:
    """By vectors and by words."""
    library.put("a.md", [(passage("zebra one"), [unit(1)])], tags=(("product", "x"), ("version", "2")))
    library.put("b.md", [(passage("zebra two"), [unit(1)])], tags=(("product", "x"),))
    library.finish()
    scope = Scope(("default",), tags=(("version", "2"), ("product", "x")))
    for ways in ("dense", "full-text", "fused"):
        assert uris(search.search_many(scope, MODEL.name, [query("zebra", 1)], ways)[0]) == ["a.md"]


@pytest.mark.parametrize(
    ("audiences", "expected"),
    [
        ((), []),
        (("staff",), ["staff.md"]),
        (("everyone",), ["public.md"]),
        (("everyone", "staff"), ["public.md", "staff.md"]),
        (('quo"te, {x}',), []),
    ],
)
@pytest.mark.parametrize("ways", ["dense", "full-text", "fused"])
def test_only_ones_own_audiences_documents_are_found(
    library: Library, search: PgChunkSearch, ways: Ways, audiences: tuple[str, ...], expected: list[str]
) -> None:
    """Without an audience nothing."""
    library.put("public.md", [(passage("zebra for all"), [unit(1)])])
    library.put("staff.md", [(passage("zebra for staff"), [unit(1)])], audience=("staff",))
    library.finish()
    scope = Scope(("default",), audiences)
    assert sorted(uris(search.search_many(scope, MODEL.name, [query("zebra", 1)], ways)[0])) == expected


def test_nearer_documents_of_others_hide_nothing(library: Library, search: PgChunkSearch) -> None:
    """However many of them lie nearer than what one may see."""
    hidden = [(passage(f"zebra {number}", f"h{number}"), [unit(1, number / 1e4)]) for number in range(1200)]
    library.put("hidden.md", hidden, audience=("staff",))
    library.put("open.md", [(passage("zebra for all"), [unit(0, 1)])])
    library.finish()
    for ways in ("dense", "full-text", "fused"):
        assert uris(search.search_many(ALL, MODEL.name, [query("zebra", 1)], ways)[0]) == ["open.md"]


@pytest.mark.parametrize("table", ["documents", "chunks"])
def test_a_raw_select_shows_a_reader_nothing_without_an_audience(
    library: Library, database_url: str, table: str
) -> None:
    """Row-level security stands behind the search: also with another audience, and also after a search."""
    fill(library)
    with open_reader_pool(database_url, max_size=1) as pool:
        PgChunkSearch(pool).search_many(ALL, MODEL.name, [query("parcel", 1)])
        with pool.connection() as connection:
            counts = []
            for audiences in (None, "{}", "{staff}", "{everyone}"):
                if audiences is not None:
                    connection.execute("select set_config('llamadesk.audiences', %s, false)", [audiences])
                counts.append(connection.execute(f"select count(*) from {table}").fetchone())  # noqa: S608
    assert counts == [(0,), (0,), (0,), (3,)]


def test_a_reader_can_write_nothing_and_read_no_statistics(library: Library, database_url: str) -> None:
    """The words of a set tell something of documents that a reader may not see."""
    fill(library)
    with open_reader_pool(database_url, max_size=1) as pool:
        for statement in ("select * from search_terms", "delete from chunks", "update documents set audience = '{x}'"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), pool.connection() as connection:
                connection.execute(statement)


def test_replaced_set_is_found_again(library: Library, search: PgChunkSearch, pool: ConnectionPool) -> None:
    """A set of the same name that was made anew has another id."""
    fill(library)
    assert len(search.search_many(ALL, MODEL.name, [query("", 1)])[0]) == 3
    with pool.connection() as connection:
        connection.execute("delete from knowledge_sets")
    library.put("new.md", [(passage("new"), [unit(1)])])
    assert uris(search.search_many(ALL, MODEL.name, [query("", 1)])[0]) == ["new.md"]


def test_vectors_that_are_no_longer_live_are_not_searched(
    library: Library, search: PgChunkSearch, pool: ConnectionPool
) -> None:
    """As long as another model's vectors are live, the old model is refused, also where the old vectors still lie."""
    fill(library)
    search.search_many(ALL, MODEL.name, [query("", 1)])
    with pool.connection() as connection, connection.transaction():
        connection.execute("update embedding_spaces set is_live = false")
        connection.execute(
            "insert into embedding_spaces (knowledge_set_id, embedding_model, dimension)"
            " select id, 'other-model', 4 from knowledge_sets"
        )
    with pytest.raises(ConfigurationError, match="other-model"):
        search.search_many(ALL, MODEL.name, [query("", 1)])


def test_sets_of_several_models_are_refused(library: Library, search: PgChunkSearch, pool: ConnectionPool) -> None:
    """Their vectors can't be compared."""
    fill(library)
    Library(pool, EmbeddingModel("other-model", 4)).put("x.md", [(passage("x"), [unit(1)])], name="other")
    with pytest.raises(ConfigurationError, match="knowledge set 'other' was made with embedding model other-model"):
        search.search_many(Scope(("default", "other")), MODEL.name, [query("", 1)])


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("我想退货", ["returns.md"]),
        ("配送需要几天？", ["shipping.md"]),
        ("ポイントカード", ["points.md"]),
        ("환불", ["refund.md"]),
        ("zebra", []),
    ],
)
def test_languages_without_blanks_are_found_by_their_words(
    library: Library, search: PgChunkSearch, question: str, expected: list[str]
) -> None:
    """Chinese, Japanese and Korean, mixed with others."""
    library.put("returns.md", [(passage("如果要退货，请在30天内联系我们。"), [unit(1)])])
    library.put("shipping.md", [(passage("配送一般需要三天（节假日除外）。"), [unit(1)])])
    library.put("points.md", [(passage("ポイントカードはお持ちですか"), [unit(1)])])
    library.put("refund.md", [(passage("환불은 7일 이내에 가능합니다"), [unit(1)])])
    library.finish()
    assert uris(search.search_many(ALL, MODEL.name, [query(question, 1, top_k=1)], "full-text")[0]) == expected


@pytest.mark.parametrize(
    "question", ["'", "\\", "a & !b | (c:*", "it's \\'x\\' a\\b", "<->", "\0zebra", "🦓", "x" * 5000, "zebra " * 9000]
)
def test_no_question_breaks_the_search(library: Library, search: PgChunkSearch, question: str) -> None:
    """Whatever signs it holds."""
    library.put("a.md", [(passage("it's a\\b zebra C:\\temp"), [unit(1)])])
    library.finish()
    assert uris(search.search_many(ALL, MODEL.name, [query(question, 1)])[0]) == ["a.md"]


def test_language_of_a_set_decides_what_is_one_word(library: Library, search: PgChunkSearch) -> None:
    """Changing it fills the words of all chunks anew."""
    library.put("a.md", [(passage("die Rücksendungen"), [unit(1)])])
    library.finish()
    asked = [query("Rücksendung", 1)]
    assert search.search_many(ALL, MODEL.name, asked, "full-text") == [[]]
    library.put("b.md", [(passage("etwas"), [unit(1)])], options=SetOptions(text_search="german"))
    library.finish()
    assert uris(search.search_many(ALL, MODEL.name, asked, "full-text")[0]) == ["a.md"]


def test_rare_words_weigh_more_than_common_ones(library: Library, search: PgChunkSearch) -> None:
    """Ten parcels say less than one zebra."""
    library.put("parcel.md", [(passage("parcel " * 10), [unit(1)])])
    library.put("zebra.md", [(passage("zebra and other words beside it"), [unit(1)])])
    for number in range(30):
        library.put(f"{number}.md", [(passage(f"parcel number {number}"), [unit(1)])])
    library.finish()
    [found] = search.search_many(ALL, MODEL.name, [query("zebra parcel", 1, top_k=2)], "full-text")
    assert uris(found) == ["zebra.md", "parcel.md"]


def test_statistics_are_renewed_when_a_tenth_has_changed(library: Library, pool: ConnectionPool) -> None:
    """New chunks and removed ones count; less than that leaves them as they are."""
    for number in range(20):
        library.put(f"{number}.md", [(passage(f"zebra {number}"), [unit(1)])])
    with pool.connection() as connection:
        row = connection.execute("select id from knowledge_sets").fetchone()
        assert row is not None
        renewed = [renew_statistics(connection, row[0]), renew_statistics(connection, row[0])]
        library.put("20.md", [(passage("zebra 20"), [unit(1)])])
        renewed.append(renew_statistics(connection, row[0]))
        library.remove("0.md")
        library.remove("1.md")
        renewed.append(renew_statistics(connection, row[0]))
        counts: dict[str, int] = dict(
            connection.execute("select term, chunk_count from search_terms where term in ('zebra', '0', '20')")
        )
    assert (renewed, counts) == ([True, False, False, True], {"zebra": 19, "20": 1})


def test_common_words_are_looked_for_together(library: Library, search: PgChunkSearch) -> None:
    """Where each word of a question is in more chunks than are looked at, those that hold several are found."""
    many = [
        (passage(f"{word} {number}", f"{word}{number}"), [unit(1)])
        for word in ("red", "blue")
        for number in range(1500)
    ]
    library.put("many.md", many)
    library.put("both.md", [(passage("red and blue"), [unit(0, 1)])])
    library.finish()
    [found] = search.search_many(ALL, MODEL.name, [query("red blue", 1, top_k=1)], "full-text")
    assert uris(found) == ["both.md"]


def test_a_top_k_below_one_is_refused(search: PgChunkSearch) -> None:
    """Nobody can want no passage."""
    with pytest.raises(ValueError, match="top_k must be at least 1"):
        search.search_many(ALL, MODEL.name, [query("x", 1, top_k=0)])


def test_nothing_asked_gives_nothing(search: PgChunkSearch) -> None:
    """No query, an unknown set, no set."""
    asked = [query("x", 1)]
    nowhere = search.search_many(Scope(("nowhere",)), MODEL.name, asked)
    assert (search.search_many(ALL, MODEL.name, []), nowhere, search.search_many(Scope(()), MODEL.name, asked)) == (
        [],
        [[]],
        [[]],
    )
