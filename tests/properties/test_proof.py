"""The proof of a project's tasks, against any difference: it ends, it is cheap, it mends."""

import json
from math import log2

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from etl.exchange import Answer, Request
from etl.platforms.label_studio.proof import SPARE, prove
from etl.source import Part
from etl.walk import Held, Known, Page, Position, Span, Start
from mirror import SOURCE

ROWS = st.dictionaries(st.integers(1, 3000), st.integers(0, 2), max_size=600)


class World:
    """A server and a mirror of numbered tasks with some annotations each; nothing else."""

    def __init__(self, there, here, page_size=20):
        self.there, self.here = dict(there), dict(here)
        self.source = replace(SOURCE, page_size=page_size)
        self.requests = self.read = 0

    def prove(self):
        start = Start(source=self.source, part=Part("1"), position=Position(None, {"asked": [1]}))
        proof, answer = prove(start), None
        try:
            while True:
                item = proof.send(answer)
                answer = self.answer(item)
        except StopIteration:
            return self

    def answer(self, item):
        if isinstance(item, Page):
            return self.commit(item)
        return self.held(item) if isinstance(item, Span) else self.asked(item)

    def commit(self, page):
        for record in map(json.loads, map(bytes, page.records)):
            self.here[record["id"]] = record["total_annotations"]
        if page.complete:
            for key in set(page.complete.values) - page.complete.ids:
                del self.here[key]

    def held(self, span):
        ids = within(self.here, span.above, span.upto)
        middle = ids[len(ids) // 2] if ids else None
        known = Known(len(ids), None, (sum(self.here[key] for key in ids), 0))
        return Held(known, middle, tuple(ids) if span.listed else ())

    def asked(self, request):
        assert isinstance(request, Request)
        if request.path.endswith("whoami"):
            return Answer(200, {}, b'{"active_organization": 1}')
        self.requests += 1
        bounds = {"greater": 0, "less_or_equal": None}
        for item in json.loads(request.params["query"])["filters"]["items"]:
            bounds[item["operator"]] = item["value"]
        ids = within(self.there, *bounds.values())
        size = request.params["page_size"]
        self.read += 0 if "include" in request.params else len(ids[:size])
        rows = [{"id": key, "total_annotations": self.there[key]} for key in ids[:size]]
        total = sum(self.there[key] for key in ids)
        sums = {"total_annotations": total, "total_predictions": 0}
        body = {"total": len(ids), "tasks": rows, **sums}
        return Answer(200, {}, json.dumps(body).encode())

    @property
    def most_requests(self):
        """What reading all costs, and halving in vain beside it."""
        count = max(len(self.there), len(self.here), 2)
        pages = count / self.source.page_size
        return 3 + 2 * max(2 * log2(count) + SPARE, pages) + pages


def within(rows, above, upto):
    return sorted(key for key in rows if above < key and (upto is None or key <= upto))


def counts(rows):
    return len(rows), sum(rows.values())


@settings(max_examples=200)
@given(ROWS, ROWS)
def test_after_any_difference_the_counts_agree_at_a_bounded_price(there, here):
    world = World(there, here)
    price = world.most_requests
    world.prove()
    assert counts(world.here) == counts(world.there)
    assert world.requests <= price


@settings(max_examples=100)
@given(ROWS, st.data())
def test_deletions_alone_are_all_found(rows, data):
    gone = data.draw(st.sets(st.sampled_from(sorted(rows)))) if rows else set()
    there = {key: value for key, value in rows.items() if key not in gone}
    assert World(there, rows).prove().here == there


@settings(max_examples=100)
@given(ROWS, st.data())
def test_silent_additions_alone_are_all_found(rows, data):
    more = data.draw(st.sets(st.sampled_from(sorted(rows)))) if rows else set()
    there = {key: value + (key in more) for key, value in rows.items()}
    assert World(there, rows).prove().here == there


@settings(max_examples=50)
@given(st.integers(1, 20_000))
def test_one_deletion_among_twenty_thousand_is_found_by_halving(key):
    here = dict.fromkeys(range(1, 20_001), 1)
    world = World({k: 1 for k in here if k != key}, here, page_size=500).prove()
    assert key not in world.here
    assert (world.requests <= 2 * log2(20_000) + 10, world.read <= 100) == (True, True)


def test_differences_that_outweigh_each_other_are_not_seen():
    world = World({1: 2, 2: 0}, {1: 1, 2: 1}).prove()
    assert (world.here, world.requests) == ({1: 1, 2: 1}, 1)
