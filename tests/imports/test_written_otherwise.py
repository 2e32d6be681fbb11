"""A record is the same however its JSON is written: spaces, escapes, the order of its fields."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.imports.records import Line
from reading import read

NUMBERS = list(range(1, 8))
RECORDS = [{"data": {"image": f"é{n}.jpg", "n": n, "deep": {"b": [n], "a": None}}} for n in NUMBERS]


def turned(value):
    """Give the same with the fields of its objects in another order."""
    if isinstance(value, dict):
        return {name: turned(one) for name, one in reversed(value.items())}
    return [turned(one) for one in value] if isinstance(value, list) else value


def rows(**how):
    return lambda records: "".join(json.dumps(one, **how) + "\n" for one in records)


WAYS = {
    "no spaces": rows(separators=(",", ":")),
    "many spaces": rows(separators=(" , ", " :  ")),
    "no escapes": rows(ensure_ascii=False),
    "another order": lambda records: rows()(map(turned, records)),
    "pretty": rows(indent=2),
    "a pretty list": lambda records: json.dumps(records, indent=2),
}
each_way = pytest.mark.parametrize("way", WAYS)


@pytest.fixture
def other(site):
    """Write a file otherwise than `RECORDS` are written at first."""

    def write(way, records=RECORDS, name="tasks.jsonl"):
        name = name if "pretty" not in way else name.removesuffix("l")
        return site.file(WAYS[way](records), name)

    return write


@pytest.fixture
def name(site):
    """Write a file whose name does not say how it is laid out."""
    return site.file(rows()(RECORDS), "tasks")


def as_older_versions(site):
    """Write the books as they were when a record was known by its bytes."""
    for record in RECORDS:
        old = hashlib.blake2b(json.dumps(record).encode(), digest_size=8).digest()
        new = Line(1, 1, json.dumps(record).encode()).content_hash
        number = int.from_bytes(old, signed=True)
        site.writes(
            f"UPDATE label_studio_import_items SET content_hash = {number} "
            f"WHERE content_hash = {new}"
        )
        assert site.items("1", where=f"content_hash = {new}") == []


@each_way
def test_a_file_that_is_written_otherwise_is_in(site, name, way):
    site.imported(name)
    site.file(WAYS[way](RECORDS), name)
    for more in ((), ("--dry-run",)):
        code, said = site.put(name, *more)
        assert (code, "this very file was imported" in said["error"]) == (5, True)
    site.file(WAYS[way]([*RECORDS, {"data": {"image": "new", "n": 8}}]), name)
    assert site.imported(name) == {"created": 1}
    assert site.numbers == [*NUMBERS, 8]


@each_way
def test_a_copy_that_is_written_otherwise_is_refused(site, name, other, way):
    site.imported(name)
    code, said = site.put(other(way))
    assert (code, "every record of it was imported into project 1" in said["error"]) == (5, True)


@each_way
def test_two_files_of_a_command_that_say_the_same_otherwise_are_refused(site, name, other, way):
    code, said = site.put(name, other(way))
    assert (code, "another file of this command says the same" in said["error"]) == (5, True)


@each_way
@pytest.mark.parametrize("again", [("tasks",), ("--resume",)])
def test_a_file_that_was_begun_is_gone_on_with_when_it_is_written_otherwise(
    site, server, name, way, again
):
    site.goes_wrong(skip=1, times=None, status=403, body=b"{}")
    assert site.put(name, "--batch-size", "3")[0] == 1
    server.faults.clear()
    site.file(WAYS[way](RECORDS), name)
    assert site.imported(*again) == {"created": 4}
    site.once()


@each_way
def test_a_copy_of_a_file_that_is_begun_is_refused_when_it_is_written_otherwise(
    site, server, name, other, way
):
    """Of its last lines the books have nothing yet; going on with both would double them."""
    site.goes_wrong(skip=1, times=None, status=403, body=b"{}")
    assert site.put(name, "--batch-size", "3")[0] == 1
    server.faults.clear()
    copy = other(way)
    for more in ((), ("--dry-run",)):
        code, said = site.put(copy, *more)
        assert (code, "to go on with it as" in said["error"]) == (5, True)
    assert site.imported("--resume") == {"created": 4}
    site.once()
    assert site.put(copy)[0] == 5


def test_a_line_set_aside_is_not_mended_by_writing_it_otherwise(site, name):
    bad = [*RECORDS, {"data": {"n": 8, "x": 1}}]
    site.imported(site.file(rows()(bad), name), "--skip-bad")
    site.file(WAYS["no spaces"](bad), name)
    assert site.put(name)[0] == 5


# Books of older versions


def test_what_an_older_version_imported_is_known(site, name):
    site.imported(name)
    as_older_versions(site)
    assert site.put(site.file(rows()(RECORDS[1:]), "copy.jsonl"))[0] == 5
    assert site.put(site.file(rows()([*RECORDS[1:], *RECORDS[:1]]), "copy.jsonl"))[0] == 5
    site.file(rows()([*RECORDS, {"data": {"image": "new", "n": 8}}]), name)
    assert site.imported(name) == {"created": 1}
    assert site.put(site.file(rows()(RECORDS[::-1]), "copy.jsonl"))[0] == 5


def test_what_an_older_version_imported_is_known_beside_what_this_one_did(site, name):
    site.imported(site.file(rows()(RECORDS[:3]), "a.jsonl"))
    as_older_versions(site)
    site.imported(site.file(rows()(RECORDS[3:]), "b.jsonl"))
    assert site.put(name)[0] == 5


def test_what_an_older_version_began_is_gone_on_with(site, server, name):
    records = [*RECORDS[:2], {"data": {"n": 3}}, *RECORDS[3:]]
    site.file(rows()(records), name)
    site.goes_wrong(skip=2, times=None, status=403, body=b"{}")
    assert site.put(name, "--batch-size", "4", "--skip-bad")[0] == 1
    server.faults.clear()
    as_older_versions(site)
    assert site.imported(name, "--dry-run") == {"created": 3}
    assert site.imported("--resume") == {"created": 3}
    assert site.numbers == [1, 2, 4, 5, 6, 7]


# What a record is known by


def known(*written):
    return {Line(1, 1, one.encode()).content_hash for one in written}


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4
    ),
)  # fmt: skip


@given(ANY)
def test_a_record_is_known_however_it_is_written(value):
    one = json.dumps({"a": value})
    other = json.dumps(turned({"a": value}), ensure_ascii=False, separators=(",", ":"), indent=1)
    assert len(known(one, other)) == 1


@given(ANY, ANY)
def test_two_records_are_told_apart(one, other):
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (len(known(json.dumps({"a": one}), json.dumps({"a": other}))) == 1) is same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": 12345678901234567890123}', '{"a": 12345678901234567890124}'),
        ('{"a": 1}', '{"a": 1.0}'),
        ('{"a": 1}', '{"a": "1"}'),
        ('{"a": NaN}', '{"a": null}'),
        ('{"a": Infinity}', '{"a": null}'),
        ('{"a": 1e400}', '{"a": null}'),
        ('{"a": "\\ud800"}', '{"a": "\\ud801"}'),
        ('{"a": %s}' % ("1" * 5000), '{"a": %s2}' % ("1" * 4999)),
        ('{"a": ', '{"a":'),
        ("", " "),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_another_to_a_server_is_another_record(one, other):
    assert len(known(one, other)) == 2


@pytest.mark.parametrize("wrong", ['{"a": %s}' % ("[" * 300 + "]" * 300), '{"a": 1e400}'])
def test_a_wrong_record_is_known_by_its_bytes(wrong):
    (line,) = read(wrong, "tasks.jsonl")
    assert (line.problem is None, line.content_hash) == (False, line.bytes_hash)


def test_of_a_field_that_is_there_twice_the_last_counts():
    assert len(known('{"a": 1, "a": 2}', '{"a": 2}')) == 1
