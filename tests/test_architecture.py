"""What imports what, and that importing does nothing."""

import ast
import os
import subprocess
import sys
from graphlib import TopologicalSorter

import pytest

from sources import EDGES, FILES, IMPORTS, ROOT, TREES, run_time_imports, within

# Each line may import the lines above it, and nothing else of the program.
LAYERS = (
    "etl etl.standins",
    "etl.errors etl.tables etl.failpoints etl.blotting",
    "etl.source etl.exchange",
    "etl.walk",
    "etl.stream etl.times etl.address etl.column_types etl.signals etl.files etl.difference",
    "etl.auth etl.paging etl.elements etl.layout etl.compare etl.setting_values etl.intake",
    "etl.variables etl.around",
    "etl.keyset etl.numbered etl.verdict etl.wire etl.reader etl.reject",
    "etl.proofs",
    "etl.platforms etl.client etl.ping etl.extract etl.transform etl.database",
    "etl.settings etl.models etl.statements etl.lock etl.job",
    "etl.table etl.quarantine etl.books etl.holdings etl.migrate etl.cadence etl.positions",
    "etl.guard",
    "etl.merge etl.digests etl.comparison",
    "etl.stamps",
    "etl.load etl.ledger etl.mend",
    "etl.parts etl.realm etl.strays",
    "etl.sync",
    "etl.inspection",
    "etl.checking etl.imports",
    "etl.verify",
    "etl.cli",
    "etl.__main__",
)
LAYER = {name: depth for depth, line in enumerate(LAYERS) for name in line.split()}
# Inside these, anything but circles.
FOLDERS = ("etl.platforms", "etl.imports", "etl.cli", "etl.standins")

# What a platform is described with: words, no I/O.
WORDS = {
    "source",
    "exchange",
    "walk",
    "errors",
    "stream",
    "tables",
    "times",
    "paging",
    "around",
    "keyset",
    "numbered",
    "elements",
    "auth",
    "intake",
}
# Who may import a library; a folder stands for everything in it.
USERS = {
    "httpx": {
        "etl.client",
        "etl.wire",
        "etl.ping",
        "etl.auth",
        "etl.stream",
        "etl.proofs",
    },  # the last two: for an annotation
    "httpcore": {"etl.wire"},
    "sqlalchemy": {"etl.column_types", "etl.models", "etl.migrate"},
    "sqlmodel": {"etl.models"},
    "alembic": {"etl.migrate"},
    "sqlite3": {"etl.database"},
    "psycopg": {"etl.database"},
    "click": {"etl.cli"},
    "prometheus_client": {"etl.cli.metrics"},
}
SLOW = {"sqlalchemy", "sqlmodel", "pydantic", "alembic", "httpx", "msgspec"}


def top(name):
    """Give the layer's name of a module: itself, or the folder it is in."""
    return next((folder for folder in FOLDERS if within(name, folder)), name)


def crossing(package):
    """Give the imports of a folder that lead out of it."""
    return [(n, o) for n, o in EDGES if within(n, package) and not within(o, package)]


# Directions


def test_every_module_has_its_layer_and_every_layer_its_module():
    assert {top(name) for name in FILES} == LAYER.keys()


def test_imports_point_downwards():
    between = [(name, other) for name, other in EDGES if top(name) != top(other)]
    wrong = [pair for pair in between if LAYER[top(pair[0])] <= LAYER[top(pair[1])]]
    assert wrong == []


def test_no_imports_go_in_a_circle():
    TopologicalSorter(run_time_imports()).prepare()


def test_a_platform_is_described_with_words_and_does_no_io():
    used = {other.removeprefix("etl.") for _, other in crossing("etl.platforms")}
    assert {"stream", "tables"} <= used <= WORDS


def test_platforms_do_not_know_each_other():
    def platform(name):
        return name.split(".")[2]

    inside = [(n, o) for n, o in EDGES if n.count(".") > 2 and within(o, "etl.platforms")]
    assert [
        (n, o) for n, o in inside if within(n, "etl.platforms") and platform(n) != platform(o)
    ] == []


def test_only_the_demo_plays_with_stand_ins():
    users = {name for name, other in EDGES if within(other, "etl.standins")}
    assert {name for name in users if not within(name, "etl.standins")} == {"etl.cli.demo"}


def test_stand_ins_share_nothing_with_the_program():
    assert crossing("etl.standins") == []


def may_use(name, library):
    if library == "httpx" and within(name, "etl.platforms"):
        return name.endswith(".login")  # makes requests and reads answers, sends none
    return any(within(name, user) for user in USERS[library])


@pytest.mark.parametrize("library", USERS)
def test_a_library_is_used_only_where_it_belongs(library):
    users = {name for name, found in IMPORTS.items() if any(within(one, library) for one in found)}
    assert [name for name in sorted(users) if not may_use(name, library)] == []


def test_nobody_but_the_client_opens_a_connection():
    opening = {"Client", "AsyncClient", "get", "post", "request", "stream"}
    users = {
        name
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in opening
        if isinstance(node.value, ast.Name) and node.value.id == "httpx"
    }
    assert users == {"etl.client", "etl.ping"}


def test_only_the_command_line_prints():
    streams = {"print", "stdout", "stderr"}
    talking = {
        name
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if getattr(node, "id", getattr(node, "attr", None)) in streams
    }
    assert {name for name in talking if not within(name, "etl.cli")} == {"etl.standins.__main__"}


# Importing

VISIBLE = """
import importlib, logging, os, sys, threading

def forbid(event, arguments):
    writes = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    if writes or event.split(".")[0] in {"socket", "sqlite3", "subprocess", "shutil"}:
        raise AssertionError((event, arguments))

before = dict(os.environ)
sys.addaudithook(forbid)
for name in sys.argv[1:]:
    importlib.import_module(name)
assert dict(os.environ) == before
assert threading.active_count() == 1
assert not logging.getLogger().handlers and not logging.getLogger("etl").handlers
"""


def python(*arguments, cwd):
    """Run Python apart from this process; give its status and what it printed."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(cwd), "PYTHONPATH": str(ROOT)}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_importing_any_module_does_nothing_that_shows(tmp_path):
    names = [name for name in FILES if not name.endswith("__main__")]
    assert python("-c", VISIBLE, *names, cwd=tmp_path) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_help_answers_without_the_slow_libraries(tmp_path):
    code = (
        "import atexit, sys; from etl.cli import main; sys.argv[1:] = ['--help']\n"
        f"atexit.register(lambda: print('slow', sorted({SLOW} & sys.modules.keys())))\nmain()"
    )
    status, said, _ = python("-c", code, cwd=tmp_path)
    assert (status, "sync" in said, said.splitlines()[-1]) == (0, True, "slow []")
