"""The tests' own honesty: for each way to break the program, some test fails.

The long part, which applies them one by one, is run with `pytest -m mutations`.
"""

import re
import shutil
import subprocess
import sys

import pytest

from mutations import MUTATIONS
from sources import ROOT

COPIED = ("etl", "migrations", "tests", "pyproject.toml", "README.md")


def test_every_mutation_applies_to_one_place_and_names_tests_that_are_there():
    for one in MUTATIONS:
        assert (ROOT / one.file).read_text("utf-8").count(one.old) == 1, one.broken
        assert all((ROOT / path).is_file() for path in one.tests.split()), one.broken


def test_the_table_of_mutations_is_that_of_the_tests():
    text = (ROOT / "tests" / "README.md").read_text("utf-8")
    text = text.partition("# What must be true")[0]
    told = re.findall(r"^\| (.+?) \| `(.+?)` \| (.+?) \|$", text, re.MULTILINE)
    assert [(broken, file, re.findall(r"`(.+?)`", tests)) for broken, file, tests in told] == [
        (one.broken, one.file, one.tests.split()) for one in MUTATIONS
    ]


@pytest.mark.mutations
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.broken.replace(" ", "-"))
def test_a_broken_program_fails_a_test(tmp_path, mutation):
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    path = tmp_path / mutation.file
    path.write_text(path.read_text("utf-8").replace(mutation.old, mutation.new), "utf-8")
    selected = f"({mutation.chosen or 'test'}) and not postgres"
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *mutation.tests.split(), "-k", selected],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "1 failed" in done.stdout) == (1, True), done.stdout[-2000:]
