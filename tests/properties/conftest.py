"""Mirrors by the dozen, and examples that are the same in every run."""

import itertools
import shutil
from contextlib import contextmanager

import pytest
from hypothesis import settings

from etl.address import parse
from etl.database import connected
from mirror import SCHEMA

# Time limits would fail on a busy machine, and random examples in somebody else's change.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def new_sqlite(sqlite_template, tmp_path_factory):
    """Opens empty mirrors on SQLite, as many as are wanted."""
    folder, numbers = tmp_path_factory.mktemp("mirrors"), itertools.count()

    @contextmanager
    def make():
        path = folder / f"{next(numbers)}.db"
        shutil.copy(sqlite_template, path)
        with connected(parse(f"sqlite:///{path}")) as session:
            yield session
        path.unlink()

    return make


@pytest.fixture(scope="session")
def new_postgresql(request):
    """Opens one mirror on Postgres again and again, emptied: a database each takes too long."""
    template = request.getfixturevalue("postgres_template")
    address = parse(request.getfixturevalue("new_postgres")(template))
    names = ", ".join(f'"{name}"' for name in SCHEMA.tables)

    @contextmanager
    def make():
        with connected(address) as session:
            session.run(f"TRUNCATE {names}")
            yield session

    return make
