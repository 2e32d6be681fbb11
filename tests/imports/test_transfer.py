"""How lines are cut into batches."""

from etl.imports.options import BatchLimits
from etl.imports.records import Line
from etl.imports.transfer import cut


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
