"""What every stream of every platform must do, checked on recorded answers."""

import json
from datetime import UTC
from functools import cache
from itertools import count

import pytest

import rebuilt
import recordings
from etl.layout import specs
from etl.load import Loader
from etl.platforms import PLATFORMS
from etl.source import Part
from etl.transform import Plan
from etl.walk import Page, Position
from mirror import SOURCE, dump, encoded, rows

STREAMS = [
    pytest.param(platform, stream, id=f"{platform.name}/{stream.name}")
    for platform in PLATFORMS.values()
    for stream in platform.streams
]
every_stream = pytest.mark.parametrize(("platform", "stream"), STREAMS)


every_platform = cache(recordings.every)


def recorded(platform, stream):
    """Give the recorded pages of a stream; at least one with a record."""
    found = [r for r in every_platform(platform.name) if r.stream == stream.name]
    assert any(r.records for r in found), f"record an answer for {platform.name}/{stream.name}"
    return found


def mended(shape, record):
    return shape.mend(record, UTC) if shape.mend else record


def ident(shape, record):
    """Give a record's id as it stands after mending; None where there is none."""
    return mended(shape, record).get(specs(shape.table)["id"].api or "id")


def keys(shape, record):
    """Give the fields a record's id is taken from: the first there is, and what stands in."""
    found, rest = [], record
    while ident(shape, rest) is not None:
        here = next(n for n in rest if ident(shape, {**rest, n: None}) != ident(shape, rest))
        found.append(here)
        rest = {**rest, here: None}
    return found


def first_page(platform, stream):
    """Give the part and the records of the first page that has any."""
    return next((page.part, page.records) for page in recorded(platform, stream) if page.records)


def commit(session, stream, records, part="", **page):
    plan = Plan(stream, SOURCE.name)
    loader = Loader(session, plan, 1)
    loader.start(SOURCE, Part(part))
    records = encoded(records)
    return loader.commit(Part(part), Page(records, **page), plan.transform(records))


def commit_all(session, stream, pages):
    """Commit pages as one run does; give the counts of each."""
    at = Position("2026-11-21 12:00:00.000000", {"versions": ["v 1"]})
    return [commit(session, stream, page.records, page.part, position=at) for page in pages]


@every_stream
def test_rows_come_out(session, platform, stream):
    pages = recorded(platform, stream)
    counts = commit_all(session, stream, pages)
    records = sum(len(page.records) for page in pages)
    root = stream.shape.table.__tablename__
    assert len(rows(session, root)) == records
    assert sum(c.read for c in counts) == records
    parts = {page.part for page in pages}
    assert sum(map(len, dump(session).values())) == sum(c.inserted for c in counts) + len(parts)


@every_stream
def test_committing_twice_changes_nothing_at_all(session, platform, stream):
    pages = recorded(platform, stream)
    first = commit_all(session, stream, pages)
    before = dump(session)
    second = commit_all(session, stream, pages)
    assert dump(session) == before
    assert [vars(c) for c in second] == [
        vars(c) | {"inserted": 0, "unchanged": c.inserted} for c in first
    ]


def spoiled(stream, record):
    """Give a record spoiled in every way that must set it aside."""
    fields, shape = json.loads(record), stream.shape
    names = keys(shape, fields)
    others = (renamed(fields, names, number) for number in count(900_000_001))
    yield {name: value for name, value in fields.items() if name not in names}
    yield fields | dict.fromkeys(names)
    yield fields | {names[0]: [fields[names[0]]]}
    for nested in shape.nested:
        yield next(others) | {nested.of: {"not": "a list"}}
        yield next(others) | {nested.of: [{"id": "no number"}]}
    for exploded in shape.exploded:
        text = specs(shape.table).get(exploded.of)
        wrong = 7.5 if text and text.kind == "text" else "neither a list nor an object"
        yield next(others) | {exploded.of: wrong}


def renamed(fields, names, number):
    """Give a record another id, spelled as its own is."""
    return fields | {name: type(fields[name])(number) for name in names}


@every_stream
def test_a_spoiled_record_is_set_aside_whole_and_its_neighbours_land(session, platform, stream):
    part, good = first_page(platform, stream)
    for number, bad in enumerate(spoiled(stream, good[0]), 1):
        counts = commit(session, stream, [good[0], bad, *good[1:]], part)
        assert (counts.read, counts.rejected) == (len(good) + 1, 1)
        payloads = [json.loads(row["payload"]) for row in rows(session, "sync_rejects")]
        kept = {k: v for k, v in bad.items() if k not in stream.shape.secret}
        assert (len(payloads), payloads[-1]) == (number, kept)
    assert len(rows(session, stream.shape.table.__tablename__)) == len(good)


@every_stream
def test_a_spoiled_record_committed_again_writes_nothing(session, platform, stream):
    part, good = first_page(platform, stream)
    page = [*good, *spoiled(stream, good[0])]
    commit(session, stream, page, part)
    before = dump(session)
    commit(session, stream, page, part)
    assert dump(session) == before


@every_stream
def test_secrets_appear_in_no_table(session, platform, stream):
    part, records = first_page(platform, stream)
    good = json.loads(records[0]) | dict.fromkeys(stream.shape.secret, "hunter2")
    commit(session, stream, [good, good | {key: [] for key in keys(stream.shape, good)}], part)
    assert "hunter2" not in str(dump(session))


@every_stream
def test_every_record_can_be_rebuilt_from_the_mirror(session, platform, stream):
    pages = recorded(platform, stream)
    commit_all(session, stream, pages)
    held = {row["id"]: row for row in tables(session, stream.shape.table)}
    for record in (readable(record) for page in pages for record in page.records):
        found = whole(session, stream.shape, held[ident(stream.shape, record)])
        assert found == expected(stream.shape, mended(stream.shape, record))


def readable(record):
    """Decode a record as the mirror can hold it: Postgres has no place for NUL."""
    return rebuilt.loads(record.replace(rb"\u0000", rb"\ufffd"))


def tables(session, table):
    return rows(session, table.__tablename__, decode=False)


def whole(session, shape, row):
    """Rebuild a record with the records nested in it and the rows computed from it."""
    found = rebuilt.record(shape.table, row)
    for nested in shape.nested:
        inherited = {there: row[here] for here, there in nested.inherit}
        inside = [r for r in tables(session, nested.shape.table) if inherited.items() <= r.items()]
        found[nested.of] = [whole(session, nested.shape, r) for r in inside]
    for exploded in shape.exploded:
        if exploded.owner:  # the parts are the only copy; elsewhere a column keeps the JSON
            of = exploded.constants | {exploded.owner: row["id"]}
            parts = (
                [r for r in tables(session, table) if of.items() <= r.items()]
                for table in exploded.tables
            )
            results, _, relations = parts
            found[exploded.of] = rebuilt.result_items(results, relations)
        elif exploded.of not in specs(shape.table):
            of = {there: row[here] for here, there in exploded.inherit}
            (table,) = exploded.tables
            parts = [r for r in tables(session, table) if of.items() <= r.items()]
            found[exploded.of] = [rebuilt.event(part) for part in parts]
    return found


def expected(shape, record):
    found = rebuilt.original(shape.table, record, shape.drop | shape.secret)
    for nested in shape.nested:
        found[nested.of] = [expected(nested.shape, one) for one in record[nested.of]]
        found[nested.of].sort(key=lambda one: one["id"])
    for exploded in shape.exploded:
        if exploded.owner:
            found[exploded.of] = [rebuilt.without_nulls(item) for item in record[exploded.of]]
        elif exploded.of not in specs(shape.table):
            listed = record.get(exploded.of) or []
            found[exploded.of] = [rebuilt.without_nulls(item) for item in listed]
    return found
