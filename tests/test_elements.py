"""A big array taken apart: like json.loads, wherever the pieces end, and in little memory."""

import io
import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl import elements as module
from etl.elements import elements
from etl.errors import BadAnswer
from etl.exchange import Answer

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text()
)  # NaN and Infinity too
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10
)
ARRAYS = st.lists(VALUES, max_size=8)
repeatable = settings(derandomize=True, deadline=None, database=None, max_examples=200)


def split(body):
    """Give the elements that came whole, and the error that ended them."""
    found = []
    try:
        found.extend(elements(Answer(200, {}, body[:100], io.BytesIO(body))))
    except BadAnswer as error:
        return found, str(error)
    return found, None


@pytest.fixture(autouse=True)
def _chunks(monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 7)


def spelled(array, *, ascii_only, indent):
    return json.dumps(array, ensure_ascii=ascii_only, indent=indent).encode(errors="replace")


@repeatable
@given(ARRAYS, st.booleans(), st.sampled_from([None, 0, 3]), st.integers(1, 40))
def test_any_array_is_what_json_says_it_is(array, ascii_only, indent, chunk):
    body = spelled(array, ascii_only=ascii_only, indent=indent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CHUNK", chunk)
        found, error = split(body)
    assert error is None
    assert repr([json.loads(element) for element in found]) == repr(json.loads(body))


@repeatable
@given(ARRAYS, st.data())
def test_cut_anywhere_it_gives_what_came_whole_and_says_so(array, data):
    body = json.dumps(array).encode()
    cut = data.draw(st.integers(0, len(body) - 1))
    found, error = split(body[:cut])
    assert error
    whole = [repr(value) for value in array[: len(found)]]
    assert [repr(json.loads(element)) for element in found] == whole


@pytest.mark.parametrize("chunk", [1, 2, 3, 1000])
def test_cut_in_a_number_it_does_not_give_half_of_it(monkeypatch, chunk):
    monkeypatch.setattr(module, "CHUNK", chunk)
    assert split(b"[12, 345]") == ([b"12", b"345"], None)
    for cut in (b"[12, 34", b"[12, 3.", b"[12, 3e", b"[12, -", b"[12, 0.5e+"):
        found, error = split(cut)
        assert (found, bool(error)) == ([b"12"], True)


@pytest.mark.parametrize("number", ["0.5", "-0.0", "1e5", "12.25E-3", "-Infinity", "1e+9"])
def test_a_number_may_be_torn_anywhere(monkeypatch, number):
    for chunk in range(1, 12):
        monkeypatch.setattr(module, "CHUNK", chunk)
        assert split(f"[{number},{number} ]".encode()) == ([number.encode()] * 2, None)


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b" ", b"{}", b"null", b'"[]"', b"<html>[1]</html>"),
        *(b"[1 2]", b"[1,,2]", b"[1,]", b"[,1]", b"[1;2]", b"[tru]", b"[1}", b"[{1:2}]"),
        *(b"[1]]", b"[] []", b"[1]<html>cut by a proxy</html>", b'[{"a":1}{"a":2}]'),
    ],
)
def test_anything_but_one_proper_array_is_an_error(body):
    assert split(body)[1]


def test_an_error_shows_what_was_there_and_no_more():
    _, error = split(b'{"message": "' + b"Internal Server Error " * 1000 + b'"}')
    assert error.startswith("the answer is not a proper list")
    assert len(error) < 200


def test_an_empty_array_has_no_elements():
    assert split(b"\xef\xbb\xbf [ \r\n] \n") == ([], None)


def test_a_number_without_end_spoils_only_its_own_record():
    digits = b"9" * 10_000
    assert split(b'[{"n":' + digits + b"},NaN,2]") == (
        [b'{"n":' + digits + b"}", b"NaN", b"2"],
        None,
    )


def test_characters_of_several_bytes_are_not_torn():
    body = json.dumps(["ü" * 20, "汉字" * 20, "👍" * 20], ensure_ascii=False).encode()
    assert [json.loads(one) for one in split(body)[0]] == ["ü" * 20, "汉字" * 20, "👍" * 20]


def test_what_is_no_text_spoils_only_its_own_record():
    assert split(b'["a", "\xff\xfe", "b"]')[0][::2] == [b'"a"', b'"b"']


def test_an_answer_that_is_not_in_a_file_was_asked_for_wrongly():
    with pytest.raises(BadAnswer, match="not asked for as a large one"):
        list(elements(Answer(200, {}, b"[]")))


# Memory


class Endless(io.RawIOBase):
    """A file of many equal records, made as it is read."""

    def __init__(self, record, count, end):
        self.left, self.record, self.end = count, record + b", ", end

    def seek(self, *_):
        return 0

    def read(self, size=-1):
        count = min(max(size // len(self.record), 1), self.left)
        self.left -= count
        return self.record * count if count else self._rest()

    def _rest(self):
        rest, self.end = self.end, b""
        return rest


def peak(file):
    tracemalloc.start()
    try:
        count = sum(1 for _ in elements(Answer(200, {}, b"[", file)))
    except BadAnswer:
        count = None
    finally:
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return count, most


class Opened(Endless):
    """The same with the bracket before it."""

    def read(self, _size=-1):
        self.read = super().read
        return b"["


def test_memory_does_not_grow_with_the_array(monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 1 << 16)
    record = json.dumps({"id": 1, "segmentation": [[1.5] * 80]}).encode()
    count, most = peak(Opened(record, 20_000, b"0]"))
    assert count == 20_001
    assert most < 1_000_000  # of ten


def test_a_broken_record_is_not_read_on_to_the_end_of_the_array(monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 1 << 16)
    file = Opened(b'{"id": oops}' + b" " * 500, 20_000, b"0]")
    count, most = peak(file)
    assert count is None
    assert most < 1_000_000
    assert file.left > 19_000


def test_a_record_longer_than_many_chunks_costs_no_square(monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 16)
    record = json.dumps(["x" * 2_000_000])
    scans = []
    scan = module._scan
    monkeypatch.setattr(module, "_scan", lambda *a: scans.append(1) or scan(*a))
    assert split(f"[{record}]".encode()) == ([record.encode()], None)
    assert len(scans) < 25
