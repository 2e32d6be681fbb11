"""Any record at all: every field of it is in a column or in `extra`, or it is set aside whole."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rebuilt
from etl.layout import specs
from etl.platforms import PLATFORMS
from etl.transform import Plan
from mirror import SOURCE, encoded

STREAMS = [
    pytest.param(stream, id=f"{platform.name}/{stream.name}")
    for platform in PLATFORMS.values()
    for stream in platform.streams
    if stream.shape.mend is None  # what is mended does not come out as it came in
]
every_stream = pytest.mark.parametrize("stream", STREAMS)

# NUL is left out: Postgres has no place for it.
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
WHOLE = st.integers(-(2**63), 2**63 - 1)
LEAF = st.none() | st.booleans() | WHOLE | st.floats(allow_nan=False, allow_infinity=False) | TEXT
JSON = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
)
FITTING = {
    "whole": WHOLE,
    "text": TEXT,
    "number": st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False),
    "flag": st.booleans(),
    "moment": st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
    "document": JSON,
}
# A time that has no place in the calendar of UTC is odd.
FITTING["moment"] = FITTING["moment"].filter(lambda text: "0002" < text[:4] < "9999")


RESULT = st.lists(st.dictionaries(TEXT, JSON, max_size=3), max_size=2)
CONTROL = {
    "type": TEXT,
    "to_name": st.lists(TEXT, max_size=2),
    "labels": st.lists(TEXT, max_size=2),
}
CONTROLS = st.dictionaries(TEXT, st.fixed_dictionaries({}, optional=CONTROL), max_size=2)


def records(shape, given=(), *, odd=False):
    """Make records of a shape: fields that fit, and if `odd`, some that do not."""
    fields = {
        spec.api or name: FITTING[spec.kind] | st.none()
        for name, spec in specs(shape.table).items()
        if not spec.given and not spec.lift and name not in given
    }
    for exploded in shape.exploded:
        fields[exploded.of] = RESULT if exploded.owner else CONTROLS
    for nested in shape.nested:
        there = [there for _, there in nested.inherit]
        inside = records(nested.shape, there, odd=odd)
        fields[nested.of] = st.lists(inside, max_size=2, unique_by=lambda one: str(one.get("id")))
    fields |= dict.fromkeys(shape.drop | shape.secret, JSON)
    if odd:
        fields = {name: kind | JSON for name, kind in fields.items()}
    keys = {"id": fields.pop("id") if odd else st.integers(1, 9)}
    fields.pop("id", None)
    keys |= {} if odd else {n.of: fields.pop(n.of) for n in shape.nested}  # never left out
    known = st.fixed_dictionaries(keys, optional=fields)
    return st.builds(
        lambda unknown, own: unknown | own, st.dictionaries(TEXT, JSON, max_size=2), known
    )


def put_together(plan, entry, shape, row):
    """Rebuild a record from the rows of its entry."""
    found = rebuilt.record(shape.table, row)
    for nested in shape.nested:
        inherited = {there: row[here] for here, there in nested.inherit}
        inside = [
            r for r in rows(plan, entry, nested.shape.table) if inherited.items() <= r.items()
        ]
        found[nested.of] = [put_together(plan, entry, nested.shape, r) for r in inside]
    for exploded in shape.exploded:
        if exploded.owner:
            of = exploded.constants | {exploded.owner: row["id"]}
            results, _, relations = (
                [r for r in rows(plan, entry, table) if of.items() <= r.items()]
                for table in exploded.tables
            )
            found[exploded.of] = rebuilt.result_items(results, relations)
    return found


def rows(plan, entry, table):
    at, layout = next((i, one) for i, one in enumerate(plan.children) if one.table is table)
    return [dict(zip(layout.columns, row, strict=True)) for row in entry.children[at]]


def original(shape, record):
    """Give what must be found again: a record without its nulls and what is not mirrored."""
    found = rebuilt.original(shape.table, record, shape.drop | shape.secret)
    for nested in shape.nested:
        found[nested.of] = [original(nested.shape, one) for one in record.get(nested.of) or ()]
    for exploded in shape.exploded:
        if exploded.owner:
            found[exploded.of] = [
                rebuilt.without_nulls(item) for item in record.get(exploded.of) or ()
            ]
    return found


@every_stream
@settings(max_examples=60)
@given(st.data())
def test_every_field_of_a_record_is_in_the_mirror(stream, data):
    record = data.draw(records(stream.shape))
    plan, raw = Plan(stream, SOURCE.name), json.dumps(record).encode()
    batch = plan.transform([raw])
    assert batch.rejects == []
    row = dict(zip(plan.root.columns, batch.entries[0].row, strict=True))
    found = put_together(plan, batch.entries[0], stream.shape, row)
    assert found == original(stream.shape, rebuilt.loads(raw))


@every_stream
@settings(max_examples=60)
@given(st.data())
def test_an_odd_record_is_taken_or_set_aside_whole(stream, data):
    record = data.draw(records(stream.shape, odd=True) | JSON.filter(lambda it: it is not None))
    good = {"id": 77} | {nested.of: [] for nested in stream.shape.nested}
    batch = Plan(stream, SOURCE.name).transform(encoded([record, good]))
    assert len(batch.entries) + len(batch.rejects) == 2
    assert batch.entries[-1].key == 77
    for reject in batch.rejects:
        secret = stream.shape.secret if isinstance(record, dict) else ()
        kept = {k: v for k, v in record.items() if k not in secret} if secret else record
        assert json.loads(reject.payload) == kept
