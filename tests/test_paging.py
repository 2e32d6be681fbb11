"""Listings and paginators, driven by hand."""

import json

import pytest

from etl.errors import BadAnswer
from etl.exchange import Answer, Request
from etl.keyset import keyset
from etl.numbered import numbered
from etl.paging import (
    excerpt,
    last_id,
    listing,
    loads,
    mapping,
    one_list,
    record_id,
)
from etl.walk import Complete, Page


def answer(content):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Answer(200, {}, body)


def items(*ids, total):
    return answer({"total": total, "items": [{"id": one} for one in ids]})


def drive(walk, *answers):
    """Feed the answers to a walk; give what it asked and the pages it made."""
    asked, pages, ready = [], [], list(answers)
    step = next(walk, None)
    while step is not None:
        if isinstance(step, Page):
            pages.append(step)
            step = next(walk, None)
        else:
            asked.append(step)
            try:
                step = walk.send(ready.pop(0))
            except StopIteration:
                step = None
    assert not ready
    return asked, pages


def ids(pages):
    return [[json.loads(bytes(record))["id"] for record in page.records] for page in pages]


# Listings


def test_a_record_keeps_its_own_bytes():
    found = listing(answer(b'{"n": 1, "items": [ {"b":1.10, "a" :2} , 3]}'), "items")
    assert [bytes(record) for record in found.records] == [b'{"b":1.10, "a" :2}', b"3"]
    assert found.envelope == {"n": 1}


def test_an_answer_without_the_list_is_an_error_that_says_what_is_there():
    with pytest.raises(BadAnswer, match="no list 'items'; it has: detail"):
        listing(answer({"detail": "nope"}), "items")


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"items": [1,', b"null", b"7", b'"items"'])
def test_an_answer_that_is_no_listing_is_an_error(body):
    with pytest.raises(BadAnswer):
        listing(answer(body), "items")


@pytest.mark.parametrize("content", [{"items": None}, {"items": {"id": 1}}, {"items": "x"}])
def test_a_list_of_the_wrong_type_is_an_error(content):
    with pytest.raises(BadAnswer):
        listing(answer(content), "items")


@pytest.mark.parametrize("bad", [b'"\\ud800"', b"NaN", b"-Infinity"])
def test_what_only_a_lenient_reader_takes_spoils_its_own_record(bad):
    found = listing(answer(b'{"n": 3, "items": [{"id":1}, {"id":2,"x":' + bad + b"}]}"), "items")
    assert found.records[0] == b'{"id": 1}'
    assert (len(found.records), found.envelope) == (2, {"n": 3})


@pytest.mark.parametrize(
    "rest",
    [{}, {"n": 1, "x": 1.0, "flag": True, "none": None, "text": "t", "big": 10**22},
     {"list": [1, {"a": [2]}]}, {"list": []}, {"object": {"a": 1}}, {"object": {}, "list": [1]}],
)  # fmt: skip
def test_an_envelope_says_what_it_says_whatever_it_is(rest):
    found = listing(answer({**rest, "items": [{"id": 1}, 2]}), "items")
    assert (list(map(bytes, found.records)), found.envelope) == ([b'{"id": 1}', b"2"], rest)
    assert list(map(type, found.envelope.values())) == list(map(type, rest.values()))


def test_a_byte_order_mark_does_no_harm():
    assert listing(answer(b'\xef\xbb\xbf[{"id":1}]')).records == [b'{"id": 1}']


@pytest.mark.parametrize("count", [None, "7", 7.0, True, -1, [7]])
def test_a_count_must_be_a_count(count):
    with pytest.raises(BadAnswer, match="'total' should be a count"):
        listing(answer({"items": [], "total": count}), "items").number("total")


def test_a_count_that_is_not_there_is_an_error():
    with pytest.raises(BadAnswer, match="'total' should be a count, it is None"):
        listing(answer({"items": []}), "items").number("total")


def test_a_mapping_is_an_object_or_an_error():
    assert mapping(answer({"a": 1})) == {"a": 1}
    with pytest.raises(BadAnswer, match="not a JSON object"):
        mapping(answer([1]))


def test_json_nested_beyond_reason_is_a_bad_answer():
    with pytest.raises(BadAnswer, match="not JSON"):
        loads(b"[" * 100_000)


def test_an_excerpt_is_one_short_line():
    assert excerpt(b"a\nb\x1b[0m") == "a\\nb\\x1b[0m"
    assert excerpt(b"x" * 300) == "x" * 200 + "…"
    assert excerpt(b"") == "(empty)"


# Ids


@pytest.mark.parametrize(
    ("record", "found"),
    [
        (b'{"id": 7, "a": 1}', 7),
        (b'{"id": "7"}', None),
        (b'{"id": true}', None),
        (b'{"id": null}', None),
        (b"{}", None),
        (b"null", None),
    ],
)
def test_a_record_has_an_id_or_none(record, found):
    assert record_id(record) == found


def test_the_last_id_is_that_of_the_last_record_that_has_one():
    assert last_id([b'{"id": 4}', b'{"id": 9}', b'{"id": "x"}', b"null"], 3) == 9


@pytest.mark.parametrize("after", [9, 10])
def test_a_page_that_does_not_move_on_is_an_error(after):
    with pytest.raises(BadAnswer, match="filter ignored"):
        last_id([b'{"id": 9}'], after)


def test_a_page_without_one_id_is_an_error():
    with pytest.raises(BadAnswer, match="not one record"):
        last_id([b"{}", b"null"], 0)


def test_a_page_out_of_order_is_an_error_for_what_lies_between_would_be_skipped():
    with pytest.raises(BadAnswer):
        last_id([b'{"id": 7}', b'{"id": 9}', b'{"id": 8}'], 3)


# Paginators


def by_key(after):
    return Request("/items", {"after": after})


def page(found, after, left):
    return Page(found.records, None, left + len(found.records))


def walk(after=0):
    return keyset(by_key, page, name="items", total="total", after=after)


def test_keyset_asks_for_ids_above_the_last_one_seen():
    asked, pages = drive(walk(), items(2, 5, total=3), items(9, total=1))
    assert asked == [by_key(0), by_key(5)]
    assert (ids(pages), [p.total for p in pages]) == ([[2, 5], [9]], [3, 1])


def test_keyset_reads_on_when_the_server_caps_the_page():
    _, pages = drive(walk(), items(1, total=3), items(2, total=2), items(3, total=1))
    assert ids(pages) == [[1], [2], [3]]


def test_keyset_goes_on_where_it_stopped():
    asked, pages = drive(walk(after=41), items(42, total=1))
    assert (asked, ids(pages)) == ([by_key(41)], [[42]])


def test_keyset_of_nothing_is_one_empty_page():
    asked, pages = drive(walk(), items(total=0))
    assert (len(asked), ids(pages)) == (1, [[]])


def test_keyset_refuses_an_empty_page_where_records_are_announced():
    with pytest.raises(BadAnswer):
        drive(walk(), items(1, 2, total=5), items(total=3))


def test_keyset_notices_an_ignored_filter():
    with pytest.raises(BadAnswer, match="asked for ids above 2, the page begins at 1"):
        drive(walk(), items(1, 2, total=4), items(1, 2, total=4))


def test_one_list_is_one_page():
    walk = one_list(by_key(0), column="source", values=["a"])
    asked, pages = drive(walk, Answer(200, {}, b'[{"id": 3}, {"id": 1}]'))
    assert (asked, ids(pages), pages[0].total) == ([by_key(0)], [[3, 1]], 2)
    assert pages[0].complete == Complete("source", ["a"], frozenset({1, 3}))


def test_a_list_with_a_record_without_an_id_claims_nothing():
    walk = one_list(by_key(0), column="source", values=["a"])
    _, (page,) = drive(walk, Answer(200, {}, b'[{"id": 3}, {}]'))
    assert page.complete is None


def by_number(**more):
    return numbered(
        lambda number: Request("/n", {"page": number}),
        name="items",
        total="total",
        complete=lambda found: Complete("source", ["a"], found),
        **more,
    )


def test_numbered_pages_that_add_up_are_complete_at_the_last():
    _, pages = drive(by_number(), items(1, 2, total=3), items(3, total=3))
    assert [page.complete for page in pages] == [None, Complete("source", ["a"], {1, 2, 3})]


FIRST = items(1, 2, total=3)
ODD = {
    "a record came in": [items(3, total=4), items(4, total=4)],
    "one was deleted": [items(total=2)],
    "one comes twice": [items(2, total=3)],
    "an empty page": [items(total=3)],
    "more than announced": [items(3, 4, total=3)],
}
LESS = ("one comes twice", "an empty page", "more than announced")


@pytest.mark.parametrize("rest", ODD.values(), ids=ODD)
def test_numbered_pages_that_do_not_add_up_are_read_once_more(rest):
    _, pages = drive(by_number(), FIRST, *rest, FIRST, items(3, total=3))
    assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
    assert [page.complete for page in pages[:-1]] == [None] * (len(pages) - 1)
    assert pages[-1].complete == Complete("source", ["a"], {1, 2, 3})


@pytest.mark.parametrize("name", sorted(LESS))
def test_numbered_pages_that_do_not_add_up_twice_are_an_error(name):
    with pytest.raises(BadAnswer, match=r"^3 records are announced, [24] came, in two readings$"):
        drive(by_number(), FIRST, *ODD[name], FIRST, *ODD[name])


@pytest.mark.parametrize("name", sorted(ODD.keys() - LESS))
def test_numbered_pages_of_a_list_that_never_stands_still_claim_nothing(name):
    _, pages = drive(by_number(), FIRST, *ODD[name], FIRST, *ODD[name])
    assert {page.complete for page in pages} == {None}
    assert pages[-1].last


def test_numbered_pages_end_when_as_many_came_as_announced():
    walk = by_number()
    asked, pages = drive(walk, items(1, 2, total=3), items(3, total=3))
    assert [one.params["page"] for one in asked] == [1, 2]
    assert (ids(pages), [p.total for p in pages]) == ([[1, 2], [3]], [3, 1])


def test_numbered_pages_count_what_is_not_kept():
    walk = by_number(keep=lambda record: bytes(record) != b'{"id": 1}')
    _, pages = drive(walk, items(1, 2, total=3), items(3, total=3))
    assert ids(pages) == [[2], [3]]


@pytest.mark.parametrize("body", [b"[]", b'[{"id": 1}]', b'["tasks"]', b"null", b"7"])
def test_a_bare_list_in_place_of_the_envelope_is_not_believed(body):
    with pytest.raises(BadAnswer):
        listing(Answer(200, {}, body), "tasks")
