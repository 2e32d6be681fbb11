"""A site to import from: its server imports at once, or by jobs; its mirror on either database."""

import json

import pytest

from etl import client
from etl.imports import absence, context
from etl.standins.exchange import json_answer
from etl.standins.label_studio import LabelStudio
from importer import Died, Importer

IMAGES = '<View><Image name="image" value="$image"/></View>'
VARIABLES = ("ANNOMIRROR_CONFIG", "ANNOMIRROR_DATABASE", "LABEL_STUDIO_TOKEN", "HTTP_PROXY")


def pytest_collection_modifyitems(items):
    """Leave out the other kind of server where a test is about one."""
    items[:] = [
        item
        for item in items
        if not any(
            name in item.fixturenames and item.callspec.params.get("server") == other
            for name, other in (("at_once", "by jobs"), ("by_jobs", "at once"))
            if hasattr(item, "callspec")
        )
    ]


@pytest.fixture(params=["at once", "by jobs"])
def server(request):
    with LabelStudio() as server:
        if request.param == "by jobs":
            server.state.edition, server.state.job_seconds = "Enterprise", 0.05
        yield server


@pytest.fixture
def at_once(server):
    """For what only a server does that imports while it answers."""
    server.state.edition = "Community"


@pytest.fixture
def by_jobs(server):
    """For what only a server does that imports by jobs."""
    server.state.edition, server.state.job_seconds = "Enterprise", 0.05


@pytest.fixture
def project(server):
    return server.state.add_project("Boxes", IMAGES)


@pytest.fixture
def site(tmp_path, monkeypatch, server, project):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(client, "LONGEST_PAUSE", 0.0)
    monkeypatch.setattr(context, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(context, "LONGEST_PAUSE", 0.05)
    monkeypatch.setattr(absence, "ABSENT", absence.ABSENT / 200)
    monkeypatch.setattr(absence, "LISTED", absence.LISTED / 200)
    monkeypatch.setattr(absence, "A_LINE", absence.A_LINE / 200)
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Importer(folder, server, project)


@pytest.fixture
def on_both(database, session, monkeypatch, site):
    """The same site, its mirror on each of the databases; gives what reads it."""
    monkeypatch.setenv("ANNOMIRROR_DATABASE", database)
    return session


@pytest.fixture
def images():
    """Make as many tasks as are wanted."""
    return lambda count, start=1: [
        {"data": {"image": f"s3://b/{n}.jpg", "n": n}} for n in range(start, start + count)
    ]


@pytest.fixture
def file(site, images):
    return site.file(images(7))


@pytest.fixture
def jsonl():
    return lambda records: "\n".join(map(json.dumps, records)) + "\n"


@pytest.fixture
def one_of_two_gone(site, server, file, images):
    """Leave the imports of two files unfinished, the first of which is gone now."""
    other = site.file(images(2, 8), "other.jsonl")
    site.goes_wrong(times=None, status=403, body=b"{}")
    assert [site.put(name)[0] for name in (file, other)] == [1, 1]
    server.faults.clear()
    (site.folder / file).unlink()


@pytest.fixture
def dies_at(monkeypatch):
    """Let the program die at the n-th call of a function of a module or class, or live on."""

    def at(owner, name, number):
        usual, left = getattr(owner, name), [number]

        def called(*arguments, **how):
            left[0] -= 1
            if not left[0]:
                raise Died
            return usual(*arguments, **how)

        monkeypatch.setattr(owner, name, called)

    return at


@pytest.fixture
def spoilt(site):
    """Let the server fail at every answer that holds the data of some task."""
    broken = []

    def fail(request, said):
        whole = request.method == "GET" and request.param("include") is None
        if whole and request.path == "/api/tasks/" and any(one in said.body for one in broken):
            return json_answer({"detail": "oops"}, 500)
        return None

    site.asked(fail)
    return broken


@pytest.fixture
def late(site, server, file, by_jobs):
    """Give up two jobs of seven lines, which end as soon as that is said."""
    server.state.job_seconds = 3600
    site.put(file, "--batch-size", "4", "--no-wait")
    assert site.imported("--resume", "--give-up", "--timeout", "0.1") == {}
    assert site.items("outcome") == [("abandoned",)] * 7
    return lambda: server.clock.advance(hours=2)
