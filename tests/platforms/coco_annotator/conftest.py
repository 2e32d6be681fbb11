"""A COCO Annotator with three datasets, and mirrors of it."""

import pytest
from msgspec.structs import replace

from annotators import PASSWORD, PLATFORM, Annotator, source
from etl.client import Client
from etl.source import Secret
from etl.standins.coco_annotator import CocoAnnotator, catalogue, seed


@pytest.fixture
def server():
    """An installation in which people have been at work."""
    server = Annotator()
    seed.lively(server.state)
    yield server
    assert server.side_effects == []


@pytest.fixture
def state(server):
    return server.state


@pytest.fixture
def mirror(sqlite_session):
    """An empty mirror on SQLite."""
    return sqlite_session


@pytest.fixture
def wire():
    """An installation that is asked over HTTP, with a dataset of ada's that bo works on."""
    with CocoAnnotator() as wire:
        catalogue.add_dataset(wire.state, "street", "ada", users=["bo"])
        for name in ("ada", "bo"):
            wire.state.add_user(name, PASSWORD)
        yield wire
        assert wire.side_effects == []


@pytest.fixture
def connect(wire):
    """Make clients, each with an account."""
    clients = []

    def make(username="admin", password=PASSWORD):
        options = {"username": username, "password": Secret(password)} if username else {}
        ours = source(options=options)
        ours = replace(ours, url=wire.url)
        clients.append(
            Client(ours, PLATFORM.authorise(ours), PLATFORM.explain, sleep=lambda _seconds: None)
        )
        return clients[-1]

    yield make
    for client in clients:
        client.close()
