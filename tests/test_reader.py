"""One table's reader: from a record's bytes to its row."""

import json

import msgspec
import pytest

from etl.layout import keys, specs
from etl.reader import Reader
from etl.stream import Nested, Shape
from etl.tables import Entity, Mirrored, document, flag, key, moment, number, text, whole


class Crate(Entity):
    __tablename__ = "crate"

    id: int = key("Id")
    owner_id: int | None = whole("Owner", api="owner")
    name: str | None = text("Name")
    weight: float | None = number("Weight")
    open: bool | None = flag("Open")
    packed_at: str | None = moment("When")
    seen_at: str | None = moment("Last look", volatile=True)
    by: str | None = document("Who")
    by_id: int | None = whole("Who, by id", lift=("by", 0, "id"))


class Bottle(Mirrored):
    __tablename__ = "bottle"

    id: int = key("Id")
    crate_id: int | None = whole("Crate", given=True)
    full: bool | None = flag("Full")


BOTTLES = Nested(
    of="bottles", shape=Shape(table=Bottle), inherit=(("id", "crate_id"),), root="crate_id"
)
SHAPE = Shape(table=Crate, drop=frozenset({"age"}), secret=frozenset({"pin"}), nested=(BOTTLES,))
FULL = {
    "id": 1,
    "owner": 7,
    "name": "Crate",
    "weight": 2,
    "open": False,
    "packed_at": "2026-11-21T09:00:00+01:00",
    "seen_at": "2026-11-21T10:00:00Z",
    "by": [{"id": 5}],
    "bottles": [],
}


@pytest.fixture(scope="module")
def reader():
    return Reader(SHAPE)


def read(reader, record):
    """Give the record's row as a dict, and the unknown fields."""
    unknown = set()
    raw = record if isinstance(record, bytes) else json.dumps(record).encode()
    row = reader.row(reader.read(raw, unknown), ("labels",))
    return dict(zip(reader.columns, row, strict=True)), unknown


def test_the_source_comes_first_and_extra_last(reader):
    assert (reader.columns[0], reader.columns[-1]) == ("source", "extra")
    assert keys(Crate) == ("source", "id")
    assert "content_hash" not in specs(Crate)


def test_a_whole_record_becomes_a_whole_row(reader):
    row, unknown = read(reader, FULL)
    assert row == {
        "source": "labels",
        "id": 1,
        "owner_id": 7,
        "name": "Crate",
        "weight": 2.0,
        "open": False,
        "packed_at": "2026-11-21 08:00:00.000000",
        "seen_at": "2026-11-21 10:00:00.000000",
        "by": '[{"id": 5}]',
        "by_id": 5,
        "extra": None,
    }
    assert unknown == set()


def test_what_is_missing_or_null_is_null(reader):
    nulls = dict.fromkeys(FULL) | {"id": 1}
    rows = [read(reader, {"id": 1})[0], read(reader, nulls)[0]]
    assert rows == [dict.fromkeys(reader.columns) | {"source": "labels", "id": 1}] * 2


def test_a_json_column_keeps_the_bytes_that_came(reader):
    row, _ = read(reader, b'{"id":1,"by":{"b": 1.10,  "a":[12345678901234567890123,"\\u00e9"]}}')
    assert row["by"] == '{"b": 1.10,  "a":[12345678901234567890123,"\\u00e9"]}'


def test_unknown_fields_go_to_extra_and_are_told(reader):
    row, unknown = read(reader, {**FULL, "colour": {"r": 1}, "extra": 2, "source": "theirs"})
    assert json.loads(row["extra"]) == {"colour": {"r": 1}, "extra": 2, "source": "theirs"}
    assert (row["source"], unknown) == ("labels", {"colour", "extra", "source"})


def test_unknown_fields_of_nested_records_go_to_their_own_extra(reader):
    unknown = set()
    record = reader.read(b'{"id":1,"bottles":[{"id":2,"full":true,"cork":"red"}]}', unknown)
    rows = [reader.reader("bottles").row(one, ("labels", 1)) for one in record.bottles]
    assert (record.extra, rows) == (None, [("labels", 1, 2, True, '{"cork":"red"}')])
    assert unknown == {"cork"}


def test_dropped_and_secret_fields_appear_nowhere(reader):
    row, unknown = read(reader, {**FULL, "age": "2 days", "pin": "hunter2", "new": 1})
    assert "hunter2" not in str(row)
    assert (json.loads(row["extra"]), unknown) == ({"new": 1}, {"new"})


@pytest.mark.parametrize(
    ("by", "lifted"),
    [
        ([{"id": 5}, {"id": 6}], 5),
        ([], None),
        ({}, None),
        ([{"id": "5"}], None),
        ([{"id": True}], None),
        ([{"id": 5.0}], None),
        (["id"], None),
        (None, None),
        ([{"id": 2**63 - 1}], 2**63 - 1),
        ([{"id": 2**63}], None),
    ],
)
def test_a_lifted_value_is_copied_only_when_it_has_the_columns_type(reader, by, lifted):
    row, _ = read(reader, {"id": 1, "by": by})
    assert (row["by_id"], json.loads(row["by"] or "null")) == (lifted, by)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("id", "1"),
        ("id", None),
        ("id", True),
        ("id", 1.5),
        ("id", 2**63),
        ("owner", -(2**63) - 1),
        ("owner", "7"),
        ("name", 5),
        ("name", ["x"]),
        ("weight", "2"),
        ("open", 1),
        ("packed_at", 1700000000),
        ("packed_at", "yesterday"),
        ("bottles", 5),
        ("bottles", {"id": 1}),
        ("bottles", [None]),
        ("bottles", [{"id": "x"}]),
    ],
)
def test_a_field_of_the_wrong_type_is_refused_by_name(reader, field, wrong):
    with pytest.raises((msgspec.DecodeError, ValueError), match=field):
        read(reader, {**FULL, field: wrong})


@pytest.mark.parametrize("raw", [b"null", b"[]", b"1", b'"x"', b"{}", b'{"id":1', b""])
def test_what_is_no_record_is_refused(reader, raw):
    with pytest.raises((msgspec.DecodeError, ValueError)):
        read(reader, raw)


def test_a_column_that_changes_by_being_read_is_not_stable(reader):
    one, other = ({**FULL, "seen_at": f"2026-11-{day}T10:00:00Z"} for day in (21, 22))
    rows = [tuple(read(reader, record)[0].values()) for record in (one, other)]
    assert rows[0] != rows[1]
    assert reader.stable(rows[0]) == reader.stable(rows[1])


def test_the_edges_of_64_bits_fit(reader):
    row, _ = read(reader, {"id": 2**63 - 1, "owner": -(2**63)})
    assert (row["id"], row["owner_id"]) == (2**63 - 1, -(2**63))
