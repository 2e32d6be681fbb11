"""How lines are cut into batches."""

import pytest

from etl.errors import InputError
from etl.imports.batch import Batch, BatchStatus
from etl.imports.options import BatchLimits
from etl.imports.records import Line
from etl.imports.transfer import cut, read_before


class Key(str):
    """A key that counts how often it is compared."""

    __slots__ = ()
    __hash__ = str.__hash__
    compared = 0

    def __eq__(self, other):
        Key.compared += 1
        return str.__eq__(self, other)


class Keys:
    """Gives each line the key it says."""

    def key(self, line):
        return Key(line.raw.decode())

    def size(self, line):
        return len(line.raw)


def cut_up(keys, **limits):
    lines = (Line(place, place, key.encode()) for place, key in enumerate(keys, 1))
    return list(cut(lines, Keys(), BatchLimits(**limits)))


def test_no_two_lines_of_a_batch_have_one_key():
    chunks = cut_up("abacbb", lines=100)
    assert [[line.raw.decode() for line in chunk.lines] for chunk in chunks] == [
        ["a", "b"],
        ["a", "c", "b"],
        ["b"],
    ]
    assert [chunk.last for chunk in chunks] == [False, False, True]
    assert [list(chunk.keys) for chunk in chunks] == [[1, 2], [3, 4, 5], [6]]


def test_a_key_is_not_compared_with_every_other_one():
    Key.compared = 0
    (chunk,) = cut_up(map(str, range(3000)), lines=5000)
    assert (len(chunk.lines), Key.compared < 3000) == (3000, True)


def test_long_lines_that_were_read_before_are_not_held_all_at_once():
    long = Line(1, 1, b"x" * 4_000_000)
    groups = list(read_before(batch(), iter([long] * 8), 7))
    assert [len(found) for found in groups] == [3, 3, 1]


def test_a_file_that_ends_before_what_was_read_is_refused():
    with pytest.raises(InputError, match="ends after 2 records, 3 were read"):
        list(read_before(batch(), iter([Line(1, 1, b"x")] * 2), 3))


def batch():
    return Batch(id=1, project_id=1, status=BatchStatus.PREPARED, file="tasks.jsonl")
