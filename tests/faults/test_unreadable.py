"""Records that turn every page they are on into an error: found by halves, set aside, healed."""

import json
from dataclasses import replace

import pytest

from etl import client
from etl.keyset import MOST_UNREADABLE
from etl.standins.label_studio import LabelStudio
from killing import BOX, Rig
from proxy import Proxy

TASKS = "/api/tasks/"


class Poisoned(Proxy):
    """Answers 500 for every page that would hold a poisoned task; bare, it can be had."""

    poison = frozenset()
    status, body = 500, b'{"detail": "surrogates not allowed"}'
    bare_as_well = False

    def __init__(self, upstream):
        super().__init__(upstream)
        self.spoil = self.poisoned

    @property
    def token(self):
        return self.upstream.token

    def poisoned(self, request, answer):
        bare = "include" in dict(request.params) and not self.bare_as_well
        if request.path != TASKS or bare or answer.status != 200:
            return answer
        ids = {task["id"] for task in json.loads(answer.body)["tasks"]}
        spoilt = ids & set(self.poison)
        return replace(answer, status=self.status, body=self.body) if spoilt else answer

    def pages(self):
        return [r for r in self.requests if r.path == TASKS and "include" not in dict(r.params)]


@pytest.fixture
def upstream():
    with LabelStudio() as server:
        project = server.state.add_project("Boxes")
        rows = [{"data": {"n": n}} for n in range(200)]
        for task in server.state.import_tasks(project.id, rows)[::10]:
            server.state.add_annotation(task.id, [BOX], 1)
        server.clock.advance(minutes=60)
        yield server


@pytest.fixture
def poisoned(upstream):
    proxy = Poisoned(upstream)
    with proxy.server:
        yield proxy


@pytest.fixture(params=["sqlite", "postgresql"])
def rig(request, tmp_path, monkeypatch, poisoned):
    monkeypatch.setattr(client, "LONGEST_PAUSE", 0.0)
    monkeypatch.delenv("ANNOMIRROR_DATABASE", raising=False)
    url = f"sqlite:///{tmp_path}/mirror.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("new_postgres")(request.getfixturevalue("postgres_template"))
    return Rig(tmp_path, url, poisoned, "page_size = 100")


def alive(rig):
    rows = rig.all("SELECT id FROM label_studio_tasks WHERE deleted_at IS NULL ORDER BY id")
    return [key for (key,) in rows]


def aside(rig):
    return rig.all("SELECT record_key, reason FROM sync_rejects ORDER BY id")


def without(*gone):
    return [key for key in range(1, 201) if key not in gone]


def sync(rig, *arguments):
    done = rig.run("sync", "--json", *arguments)
    return done.exit_code, {s["stream"]: s for s in json.loads(done.stdout)["streams"]}


@pytest.mark.parametrize("key", [1, 2, 99, 100, 101, 200])
def test_a_poisoned_record_is_set_aside_alone_wherever_it_lies(rig, poisoned, key):
    poisoned.poison = {key}
    code, streams = sync(rig)
    assert (code, streams["tasks"]["outcome"], streams["tasks"]["rejected"]) == (3, "partial", 1)
    assert "1 record could not be read" in streams["tasks"]["error"]
    assert alive(rig) == without(key)
    ((found, reason),) = aside(rig)
    assert found == str(key)
    assert "cannot give it" in reason
    assert "HTTP 500: surrogates not allowed" in reason
    assert len(poisoned.pages()) < 40  # halves, each asked for twice


@pytest.mark.parametrize("poison", [{7, 8}, {1, 100, 101, 200}, {50, 150}])
def test_several_poisoned_records_are_each_set_aside(rig, poisoned, poison):
    poisoned.poison = poison
    assert sync(rig)[0] == 3
    assert alive(rig) == without(*poison)
    assert {int(key) for key, _ in aside(rig)} == poison


def test_it_is_asked_for_in_every_run_and_heals_when_it_can_be_given(rig, poisoned):
    poisoned.poison = {42}
    sync(rig)
    poisoned.requests.clear()
    code, streams = sync(rig)
    assert (code, streams["tasks"]["rejected"], alive(rig)) == (3, 1, without(42))
    assert "1 record could not be read" in streams["tasks"]["error"]
    assert 0 < len(poisoned.pages()) < 8
    poisoned.poison = set()
    assert sync(rig)[0] == 0
    assert (alive(rig), aside(rig)) == (without(), [])
    poisoned.requests.clear()
    sync(rig)
    assert len(poisoned.requests) < 6


def test_a_record_that_is_poisoned_later_keeps_its_row_and_is_no_deletion(rig, poisoned, upstream):
    sync(rig)
    poisoned.poison = {42}
    upstream.state.patch_task(42, data={"n": "new"})
    upstream.clock.advance(minutes=60)
    assert sync(rig)[0] == 3
    assert alive(rig) == without()
    assert len(aside(rig)) == 1
    upstream.state.delete_task(43)  # the proof reads its neighbourhood
    upstream.clock.advance(minutes=60)
    assert sync(rig)[0] == 3
    assert alive(rig) == without(43)
    assert sync(rig, "--full")[0] == 3
    assert alive(rig) == without(43)


def test_a_poisoned_record_that_is_deleted_is_gone_from_both(rig, poisoned, upstream):
    poisoned.poison = {42}
    sync(rig)
    upstream.state.delete_task(42)
    upstream.clock.advance(minutes=60)
    assert sync(rig)[0] == 0
    assert (alive(rig), aside(rig)) == (without(42), [])


def test_too_many_are_no_records_but_a_server_that_fails(rig, poisoned):
    poisoned.poison = set(range(1, 201))
    code, streams = sync(rig)
    assert (code, streams["tasks"]["outcome"]) == (3, "failed")
    assert "HTTP 500" in streams["tasks"]["error"]
    assert len(aside(rig)) == MOST_UNREADABLE
    assert len(poisoned.requests) < 250
    assert sync(rig)[0] == 3
    assert len(aside(rig)) == MOST_UNREADABLE  # nor are there more with every run
    poisoned.poison = set()
    assert sync(rig)[0] == 0
    assert (alive(rig), aside(rig)) == (without(), [])


def test_a_server_that_gives_nothing_bare_either_is_not_searched(rig, poisoned):
    poisoned.poison, poisoned.bare_as_well = {42}, True
    sync(rig, "--stream", "projects")
    code, streams = sync(rig)
    assert (code, aside(rig)) == (3, [])
    assert streams["tasks"]["outcome"] == "failed"


@pytest.mark.parametrize("status", [502, 503, 504, 429])
def test_a_server_that_is_away_is_not_taken_for_poison(rig, poisoned, status):
    poisoned.poison, poisoned.status = {42}, status
    code, streams = sync(rig)
    assert (code, streams["tasks"]["outcome"], aside(rig)) == (3, "failed", [])


def test_what_is_known_of_it_is_not_taken_for_the_record(rig, poisoned):
    """It would become a row without its data."""
    poisoned.poison = {42}
    sync(rig)
    assert rig.run("rejects", "retry").stdout == "0 of 0 landed\n"
    done = rig.run("rejects", "retry", "1")
    assert (done.exit_code, "every sync asks for it again" in done.stderr) == (2, True)
    assert alive(rig) == without(42)


@pytest.mark.parametrize("gone", [42, 200])
def test_a_poisoned_record_that_is_deleted_when_it_was_found_costs_no_neighbour(
    rig, poisoned, upstream, gone
):
    """The record above the same id is another one then, and healthy."""
    poisoned.poison = {gone}

    def delete(request):
        asked = dict(request.params)
        bare = request.path == TASKS and asked["page_size"] == "1" and "include" in asked
        if bare and gone in upstream.state.tasks:
            upstream.state.delete_task(gone)
        return request

    poisoned.ask = delete
    code, streams = sync(rig)
    assert (code, streams["tasks"]["rejected"], aside(rig)) == (0, 0, [])
    assert alive(rig) == without(gone)


@pytest.mark.parametrize("key", [1, 42])
def test_a_repair_does_not_bury_what_cannot_be_read(rig, poisoned, key):
    sync(rig)
    poisoned.poison = {key}
    done = rig.run("verify", "--repair", "--json")
    assert alive(rig) == without(), done.output


def test_verify_finds_a_mirror_equal_that_holds_all_that_can_be_had(rig, poisoned):
    poisoned.poison = {42}
    sync(rig)
    done = rig.run("verify")
    assert done.exit_code == 0, done.output


def test_a_run_that_is_killed_while_it_searches_goes_on(rig, poisoned):
    poisoned.poison = {42, 142}
    for moment in (3, 6, 9):
        rig.killed_at(f"after_fetch:{moment}")
    code, streams = sync(rig)
    assert (code, "2 records could not be read" in streams["tasks"]["error"]) == (3, True)
    assert alive(rig) == without(42, 142)
    assert {key for key, _ in aside(rig)} == {"42", "142"}
