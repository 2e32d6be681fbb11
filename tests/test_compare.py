"""Whether two values say the same."""

import pytest

from etl.compare import plain, same

EQUAL = [('{"a": 1, "b": 2}', '{"b":2,"a":1.0}'), ("[1e0]", "[1]"), ("0", "-0.0"), ("{", "{")]
OTHER = [("1", "true"), ("1", '"1"'), ("1", '"#1"'), ("[1, 2]", "[2, 1]"), ("null", "0")]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_json_of_equal_content_is_the_same_however_it_is_spelled(one, other):
    assert same(one, other, "document")
    assert plain(one, "document") == plain(other, "document")


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_json_of_other_content_is_not_the_same(one, other):
    assert not same(one, other, "document")
    assert plain(one, "document") != plain(other, "document")


def test_text_that_looks_like_json_is_text():
    assert not same("1", "1.0", "text")
