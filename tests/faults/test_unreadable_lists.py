"""Records that spoil their page in the lists that are paged otherwise than by id, or not at all."""

import json
import re
from dataclasses import replace

import pytest

from etl import client
from etl.platforms.label_studio import walks
from etl.standins.label_studio import LabelStudio
from proxy import before
from sites import Site

SPOILT = {"status": 500, "body": b'{"detail": "it cannot be told"}'}


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("ANNOMIRROR_CONFIG", "ANNOMIRROR_DATABASE", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(client, "LONGEST_PAUSE", 0.0)


@pytest.fixture(params=["sqlite", "postgresql"])
def site_of(request, tmp_path):
    """Makes a mirror of a server that is read through a proxy, on both databases."""

    def make(platform, server, proxy, *lines):
        site = Site(tmp_path, platform, server, proxy)
        url = "sqlite:///mirror.db"
        if request.param == "postgresql":
            template = request.getfixturevalue("postgres_template")
            url = request.getfixturevalue("new_postgres")(template)
        site.configure(*lines, database=url)
        return site

    return make


def poisoned(proxy, path, *holds):
    """Let answers on a path fail of which some condition is true."""

    def spoil(request, answer):
        if not re.fullmatch(path, request.path) or answer.status != 200:
            return answer
        content = json.loads(answer.body)
        return replace(answer, **SPOILT) if any(one(request, content) for one in holds) else answer

    proxy.spoil = spoil


def one_stream(said, name):
    return next(stream for stream in said["streams"] if stream["stream"] == name)


def rows(site, sql):
    done = site.run("sql", "--format", "json", sql)
    return [tuple(row.values()) for row in json.loads(done.stdout)]


def ids(site, table):
    return [
        key for (key,) in rows(site, f"SELECT id FROM {table} WHERE deleted_at IS NULL ORDER BY id")
    ]


def aside(site, stream):
    of = (
        f"SELECT record_key, reason FROM sync_rejects WHERE stream = '{stream}' ORDER BY record_key"
    )
    return dict(rows(site, of))


def synced(site, name, *arguments, alone=True):
    """Synchronise; give the code and how a stream went. All others go well, if it is `alone`."""
    code, said, stderr = site.sync(*arguments)
    assert "Traceback" not in stderr
    others = {s["stream"]: s["error"] for s in said["streams"] if s["stream"] != name}
    assert set(others.values()) == {None} or not alone, others
    return code, one_stream(said, name)


def assert_in_part(site, name, stream, code, *keys):
    assert (code, stream["outcome"]) == (3, "partial"), stream
    assert f"{len(keys)} record" in stream["error"]
    assert "could not be read" in stream["error"]
    found = aside(site, name)
    assert list(found) == sorted(keys)
    assert all("cannot give it" in reason and "HTTP 500" in reason for reason in found.values())


# Label Studio: projects, by number


@pytest.fixture
def labels():
    with LabelStudio() as server:
        for number in range(25):
            project = server.state.add_project(f"Project {number}")
            server.state.import_tasks(project.id, [{"data": {"n": number}}])
        server.clock.advance(minutes=60)
        with before(server) as proxy:
            yield server, proxy


def holding(key, *, bare=True):
    """Tell an answer that holds a project; one with only a few of its fields if not `bare`."""

    def holds(request, content):
        few = bare and "include" in dict(request.params)
        return not few and key in [one["id"] for one in content["results"]]

    return holds


@pytest.mark.parametrize("key", [1, 10, 11, 25])
def test_a_poisoned_project_is_set_aside_alone_and_comes_back(site_of, labels, monkeypatch, key):
    monkeypatch.setattr(walks, "PROJECTS_PAGE", 10)
    server, proxy = labels
    site = site_of("label_studio", server, proxy)
    poisoned(proxy, "/api/projects/", holding(key))
    server.state.delete_project(7)
    code, stream = synced(site, "projects")
    assert_in_part(site, "projects", stream, code, str(key))
    every = [n for n in range(1, 26) if n != 7]
    assert ids(site, "label_studio_projects") == [n for n in every if n != key]
    proxy.mend()
    assert synced(site, "projects")[0] == 0
    assert (ids(site, "label_studio_projects"), aside(site, "projects")) == (every, {})


@pytest.mark.parametrize("bare", [True, False])
def test_a_project_that_is_poisoned_later_is_no_deletion(site_of, labels, monkeypatch, bare):
    monkeypatch.setattr(walks, "PROJECTS_PAGE", 10)
    server, proxy = labels
    site = site_of("label_studio", server, proxy)
    site.mirrored()
    poisoned(proxy, "/api/projects/", holding(12, bare=bare))
    server.state.delete_project(3)
    code, stream = synced(site, "projects", alone=bare)
    assert_in_part(site, "projects", stream, code, "12" if bare else "place 11")
    # Without its id, any project that is missing may be the one.
    gone = {3} if bare else set()
    assert set(ids(site, "label_studio_projects")) == {*range(1, 26)} - gone
    proxy.mend()
    assert synced(site, "projects")[0] == 0
    assert set(ids(site, "label_studio_projects")) == {*range(1, 26)} - {3}
    assert aside(site, "projects") == {}


def test_the_only_project_is_not_gone_because_it_cannot_be_read(site_of, monkeypatch):
    with LabelStudio() as server, before(server) as proxy:
        server.state.add_project("Alone")
        site = site_of("label_studio", server, proxy)
        site.mirrored()
        poisoned(proxy, "/api/projects/", holding(1, bare=False))
        code, said, _ = site.sync()
        assert (code, one_stream(said, "projects")["outcome"]) == (3, "failed")
        assert ids(site, "label_studio_projects") == [1]


def test_a_list_that_always_fails_is_given_up_soon(site_of, labels):
    server, proxy = labels
    site = site_of("label_studio", server, proxy)
    site.mirrored()
    poisoned(proxy, "/api/projects/", lambda *_: True)
    proxy.requests.clear()
    code, said, _ = site.sync()
    assert (code, one_stream(said, "projects")["outcome"]) == (3, "failed")
    assert aside(site, "projects") == {}
    assert len([r for r in proxy.requests if r.path == "/api/projects/"]) < 70
