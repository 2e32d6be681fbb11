"""Driving walks, and fetching ahead."""

import threading
from itertools import count

import msgspec
import pytest

from etl.errors import BadAnswer, Missing, Unreachable
from etl.exchange import Answer, Request
from etl.extract import Ahead, ask, pages
from etl.walk import Page


class Sender:
    """Answers paths out of a dictionary, raises where it holds an error."""

    def __init__(self, **answers):
        self.answers, self.asked = answers, []

    def conceal(self, error):
        """Nothing here is secret."""

    def send(self, request):
        self.asked.append(request.path)
        found = self.answers[request.path]
        if isinstance(found, Exception):
            raise found
        return Answer(200, {}, found)


# Walks


def test_a_walk_is_sent_each_answer_and_its_pages_come_out():
    def walk():
        first = yield Request("a")
        yield Page([first.body])
        second = yield Request("b")
        yield Page([second.body])

    assert list(pages(walk(), Sender(a=b"1", b=b"2"))) == [Page([b"1"]), Page([b"2"])]


def test_a_walk_may_give_several_pages_for_one_answer_or_none():
    def walk():
        yield Request("a")
        yield Request("b")
        yield from (Page([b"1"]), Page([b"2"]))

    sender = Sender(a=b"", b=b"")
    assert len(list(pages(walk(), sender))) == 2
    assert sender.asked == ["a", "b"]


def test_nothing_is_asked_before_the_page_before_it_is_taken():
    def walk():
        yield Page([b"1"])
        yield Request("a")

    sender = Sender(a=b"")
    assert next(pages(walk(), sender)) == Page([b"1"])
    assert sender.asked == []


def test_an_error_is_thrown_into_the_walk_which_may_go_on():
    def walk():
        try:
            yield Request("gone")
        except Missing:
            answer = yield Request("instead")
        yield Page([answer.body])

    sender = Sender(gone=Missing("no"), instead=b"1")
    assert list(pages(walk(), sender)) == [Page([b"1"])]


def test_an_error_the_walk_does_not_expect_comes_out_after_its_pages():
    def walk():
        yield Page([b"1"])
        yield Request("a")

    driven = pages(walk(), Sender(a=Unreachable("later")))
    assert next(driven) == Page([b"1"])
    with pytest.raises(Unreachable, match="later"):
        next(driven)


def test_an_answer_the_walk_cannot_decode_is_a_bad_answer():
    def walk():
        msgspec.json.decode((yield Request("a")).body)
        yield Page([])

    with pytest.raises(BadAnswer, match="GET a: the answer is not as documented"):
        list(pages(walk(), Sender(a=b"{")))


@pytest.mark.parametrize("bug", [KeyError("x"), TypeError("x"), ValueError("x")])
def test_a_bug_in_a_walk_is_not_the_servers(bug):
    def walk():
        yield Request("a")
        raise bug

    with pytest.raises(type(bug)):
        list(pages(walk(), Sender(a=b"")))


def test_a_walk_left_early_is_closed():
    closed = []

    def walk():
        try:
            yield Page([b"1"])
            yield Page([b"2"])
        finally:
            closed.append(True)

    driven = pages(walk(), Sender())
    next(driven)
    driven.close()
    assert closed == [True]


def test_requests_side_by_side_are_answered_in_their_order_and_fail_as_one():
    def walk():
        answers = yield [Request("a"), Request("b")]
        yield Page([answer.body for answer in answers])
        try:
            yield [Request("a"), Request("gone")]
        except Missing:
            yield Page([])

    sender = Sender(a=b"1", b=b"2", gone=Missing("no"))
    assert list(pages(walk(), sender, 2)) == [Page([b"1", b"2"]), Page([])]


def test_questions_end_in_a_value():
    def questions():
        first = yield Request("a")
        second = yield Request("b")
        return first.body + second.body

    assert ask(questions(), Sender(a=b"1", b=b"2")) == b"12"


def test_questions_may_go_on_after_an_error():
    def questions():
        try:
            yield Request("gone")
        except Missing:
            return (yield Request("a")).body

    assert ask(questions(), Sender(gone=Missing("no"), a=b"1")) == b"1"


def test_an_error_that_questions_do_not_expect_comes_out():
    def questions():
        return (yield Request("gone")).body

    with pytest.raises(Missing):
        ask(questions(), Sender(gone=Missing("no")))


def test_an_answer_a_question_cannot_decode_is_a_bad_answer():
    def questions():
        return msgspec.json.decode((yield Request("a")).body, type=int)

    with pytest.raises(BadAnswer, match="not what the platform documents"):
        ask(questions(), Sender(a=b'"x"'))


# Fetching ahead


def test_items_come_in_their_order():
    with Ahead([range(100)]) as items:
        assert list(items) == list(range(100))


def test_an_error_comes_after_the_items_before_it():
    def failing():
        yield from (1, 2, 3)
        raise Unreachable("gone")

    seen = []
    with Ahead([failing()]) as items, pytest.raises(Unreachable, match="gone"):
        seen.extend(iter(lambda: next(items), None))
    assert seen == [1, 2, 3]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, ValueError, MemoryError])
def test_an_error_of_any_kind_ends_the_waiting(kind):
    def failing():
        yield 1
        raise kind

    with Ahead([failing()]) as items:
        assert next(items) == 1
        with pytest.raises(kind):
            next(items)


def test_no_more_is_fetched_than_the_depth_allows():
    fetched = []

    def counting():
        for number in count():
            fetched.append(number)
            yield number

    with Ahead([counting()], depth=2) as items:
        next(items)
        deadline = threading.Event()
        deadline.wait(0.1)
        assert len(fetched) <= 4


def test_leaving_early_stops_the_producer():
    with Ahead([count()]) as items:
        next(items)
        thread = next(t for t in threading.enumerate() if t.name == "annomirror-ahead-0")
    thread.join(2)
    assert not thread.is_alive()


def test_fetching_goes_on_while_an_item_is_worked_on():
    second = threading.Event()

    def producing():
        yield 1
        second.set()
        yield 2

    with Ahead([producing()]) as items:
        next(items)
        assert second.wait(2)


def test_several_are_fetched_side_by_side_and_each_in_its_order():
    met = threading.Barrier(2, timeout=2)

    def meeting(name):
        met.wait()
        yield from ((name, number) for number in range(20))

    with Ahead([meeting("a"), meeting("b"), meeting("c"), meeting("d")], width=2) as items:
        found = list(items)
    for name in "abcd":
        assert [number for one, number in found if one == name] == list(range(20))
    assert found.index(("c", 0)) > min(found.index(("a", 19)), found.index(("b", 19)))


def test_an_error_in_one_stops_those_beside_it():
    def failing():
        raise Unreachable("gone")
        yield

    with Ahead([count(), failing()], width=2) as items, pytest.raises(Unreachable, match="gone"):
        for _ in items:
            pass
    assert not any(t.name.startswith("annomirror-ahead") for t in threading.enumerate())


def test_nothing_to_fetch_is_nothing():
    with Ahead([[]]) as items:
        assert list(items) == []
