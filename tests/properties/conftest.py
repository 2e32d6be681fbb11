"""Mirrors by the dozen, and examples that are the same in every run."""

import itertools
import shutil
from contextlib import contextmanager

import pytest
from hypothesis import settings
from sqlmodel import SQLModel

from etl.database import Session, open_mirror

# Time limits would fail on a busy machine, and random examples in somebody else's change.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")


@contextmanager
def opened(url):
    engine = open_mirror(url)
    with engine.connect() as connection:
        yield Session(connection)
    engine.dispose()


@pytest.fixture(scope="session")
def new_sqlite(sqlite_template, tmp_path_factory):
    """Opens empty mirrors on SQLite, as many as are wanted."""
    folder, numbers = tmp_path_factory.mktemp("mirrors"), itertools.count()

    @contextmanager
    def make():
        path = folder / f"{next(numbers)}.db"
        shutil.copy(sqlite_template, path)
        with opened(f"sqlite:///{path}") as session:
            yield session
        path.unlink()

    return make


@pytest.fixture(scope="session")
def new_postgresql(request):
    """Opens one mirror on Postgres again and again, emptied: a database each takes too long."""
    template = request.getfixturevalue("postgres_template")
    engine = open_mirror(request.getfixturevalue("new_postgres")(template))
    names = ", ".join(f'"{name}"' for name in SQLModel.metadata.tables)

    @contextmanager
    def make():
        with engine.connect() as connection:
            connection.exec_driver_sql(f"TRUNCATE {names}")
            connection.commit()
            yield Session(connection)

    yield make
    engine.dispose()
