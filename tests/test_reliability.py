"""The table of what must be true is whole, and names tests that are there."""

import ast
import re

from sources import ROOT

TESTS = ROOT / "tests"
TABLE = (TESTS / "README.md").read_text("utf-8").partition("# What must be true")[2]
ROW = re.compile(r"^\| T(\d+) \| (.+?) \| (passes|partly|left out) \| (.+?) \|$", re.MULTILINE)


def there():
    """Give the name of every test there is."""
    trees = [ast.parse(path.read_text("utf-8")) for path in TESTS.rglob("test_*.py")]
    functions = (node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef))
    return {node.name for node in functions if node.name.startswith("test_")}


def test_every_one_of_the_64_stands_in_the_table_once():
    assert [int(number) for number, *_ in ROW.findall(TABLE)] == list(range(1, 65))


def test_every_test_that_is_named_is_there():
    named = {
        name for *_, tests in ROW.findall(TABLE) for name in re.findall(r"`(test_\w+)`", tests)
    }
    assert len(named) > 100
    assert named - there() == set()


def test_each_names_a_test_or_says_why_not():
    for number, _, status, tests in ROW.findall(TABLE):
        _, _, reason = tests.rpartition("`; ")
        assert ("`" in tests) == (status != "left out"), number
        assert status == "passes" or len(reason) > 20, number


def test_the_share_that_passes_is_as_told():
    found = [status for _, _, status, _ in ROW.findall(TABLE)]
    whole, part = found.count("passes"), found.count("partly")
    assert f"{whole} of 64 pass, {part} pass in part" in TABLE
    assert ("none is left out" in TABLE) == ("left out" not in found)
