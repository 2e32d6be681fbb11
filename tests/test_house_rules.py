"""How large things may grow and how they are named; every exception has its reason."""

import ast

from sources import FILES, ROOT, TREES

LONGEST_FILE = 250
LONG_FILES = {
    "etl/platforms/label_studio/tables.py": "a list of columns",
}
LONGEST_FUNCTION = 40
LONG_FUNCTIONS: dict[str, str] = {}
VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
MARKS = ("TODO", "FIXME", "XXX", "HACK")


def functions():
    """Give every function with its file and its length."""
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                where = f"{FILES[name].relative_to(ROOT)}:{node.name}"
                yield where, node.end_lineno - node.lineno + 1


def test_files_are_short_but_for_the_named_ones():
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
        for path in FILES.values()
    }
    assert {name for name, length in lengths.items() if length > LONGEST_FILE} == LONG_FILES.keys()


def test_functions_are_short_but_for_the_named_ones():
    long = {where for where, length in functions() if length > LONGEST_FUNCTION}
    assert long == LONG_FUNCTIONS.keys()


def test_modules_are_named_for_what_they_do():
    parts = {part for name in FILES for part in name.split(".")}
    assert parts & VAGUE == set()


def test_every_module_says_what_it_is_for():
    silent = [name for name, tree in TREES.items() if not ast.get_docstring(tree)]
    assert silent == []


def test_nothing_is_left_to_be_done():
    files = [*FILES.values(), *(ROOT / "migrations").rglob("*.py"), ROOT / "README.md"]
    assert [f"{p.name}: {m}" for p in files for m in MARKS if m in p.read_text("utf-8")] == []
