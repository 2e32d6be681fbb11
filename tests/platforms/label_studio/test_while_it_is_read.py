"""What is written while a Label Studio is read, by clocks and copies that are not all right."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from etl import times
from etl.platforms.label_studio import walks
from labelling import BOX, Server, assert_mirrored, run, timeless, well
from mirror import live, rows

PARTS = {"annotations": [{"result": [BOX]}], "predictions": [{"result": [BOX]}]}
CAR, BUS = BOX, BOX | {"value": {"x": 9.5, "rectanglelabels": ["Bus"]}}


@pytest.fixture
def server():
    return Server()


def edit(server, tasks, word):
    """Change a value of a task, of an annotation, of a prediction and of the project."""
    state = server.state
    state.patch_task(tasks[1], data={"n": word})
    state.patch_task(tasks[11], data={"n": word})
    state.patch_annotation(state.task(tasks[5]).annotations[0].id, result=[CAR, BUS])
    state.patch_prediction(state.task(tasks[6]).predictions[0].id, score=0.25)
    state.projects[state.task(tasks[0]).project].title = word


# A change while it is read


@pytest.mark.parametrize("full", [False, True], ids=["changes", "all"])
@pytest.mark.parametrize("turn", range(1, 15))
def test_what_changes_its_values_while_it_is_read_is_not_buried_and_right_after_the_next_run(
    session, sqlite_session, server, turn, full
):
    _, tasks = server.project(12, **PARTS)
    well(run(session, server, page_size=4))
    server.state.patch_task(tasks[8], data={"n": "before"})
    server.state.delete_task(tasks[3])
    server.wait()
    server.asked.clear()
    now = (lambda _: len(server.asked) == turn, lambda: edit(server, tasks, "meanwhile"))
    server.meanwhile.append(now)
    well(run(session, server, page_size=4, full=full))
    alive = {row["id"] for row in live(session, "label_studio_tasks")}
    assert (server.meanwhile, alive) == ([], {*tasks} - {tasks[3]})
    server.clock.advance(seconds=30)
    well(run(session, server, page_size=4))
    assert_mirrored(session, sqlite_session, server)


# The same record on two pages


class Stale(Server):
    """A server one of whose copies lags: a later page brings an old version of an earlier row.

    That is the first row it ever listed; `lags` puts the old one before or behind the others.
    """

    def __init__(self, name):
        super().__init__()
        self.name, self.old, self.lags = name, None, None

    def send(self, request):
        answer = super().send(request)
        if "omit" not in request.params or not request.path.endswith(("/tasks/", "/projects/")):
            return answer
        said = json.loads(answer.body)
        listed = said.get(self.name) or []
        self.old = self.old or next(iter(listed), None)
        if self.lags is None or not listed or self.old["id"] in [one["id"] for one in listed]:
            return answer
        place = 0 if self.lags == "before" else len(listed)
        self.lags = None
        said[self.name] = [*listed[:place], self.old, *listed[place:]]
        return replace(answer, body=json.dumps(said).encode())


@pytest.mark.parametrize("lags", ["before", "behind"])
def test_an_old_version_of_an_earlier_task_is_refused_and_the_next_run_has_the_newest(
    session, sqlite_session, lags
):
    server = Stale("tasks")
    _, tasks = server.project(12)
    well(run(session, server, page_size=4))
    for task in tasks:
        server.state.patch_task(task, data={"n": "newest"})
    server.lags = lags
    told = run(session, server, page_size=4)["tasks"]
    assert (told.outcome, "GET /api/tasks/: " in told.error) == ("failed", True), told.error
    words = [row["data"]["n"] for row in live(session, "label_studio_tasks")]
    assert words == ["newest"] * 4 + list(range(4, 12))
    well(run(session, server, page_size=4))
    assert_mirrored(session, sqlite_session, server)


@pytest.mark.parametrize("lags", ["before", "behind"])
def test_of_a_project_whose_newer_version_comes_first_the_next_run_has_the_newest(
    session, sqlite_session, monkeypatch, lags
):
    monkeypatch.setattr(walks, "PROJECTS_PAGE", 4)
    server = Stale("results")
    keys = [server.project(1, title=f"old {n}")[0] for n in range(12)]
    well(run(session, server))
    for key in keys:
        server.state.projects[key].title = "newest"
    server.lags = lags
    well(run(session, server))
    titles = [row["title"] for row in live(session, "label_studio_projects")]
    assert (server.lags, titles) == (None, ["old 0"] + ["newest"] * 11)  # the last that came
    well(run(session, server))
    assert_mirrored(session, sqlite_session, server)


# This machine's clock


NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CLOCKS = {
    "a day ahead": lambda _: timedelta(days=1),
    "a day behind": lambda _: timedelta(days=-1),
    "back at every look": lambda looks: timedelta(hours=-looks),
    "to and fro by a day": lambda looks: timedelta(days=looks % 2),
}


@pytest.fixture
def wrong(monkeypatch):
    """Run with this machine's clock as it is put; it is looked at a few times a page."""
    looks = []

    def put(clock):
        def now():
            looks.append(1)
            return times.text(NOW + clock(len(looks)))

        monkeypatch.setattr(times, "now", now)
        return looks

    return put


def positions(session):
    found = rows(session, "sync_watermarks", without=("run_id", "updated_at"))
    return [row for row in found if row["stream"]]


@pytest.mark.parametrize("clock", CLOCKS.values(), ids=CLOCKS.keys())
def test_a_wrong_clock_of_this_machine_mirrors_what_a_right_one_does(
    session, sqlite_session, server, wrong, clock
):
    _, tasks = server.project(12, **PARTS)
    for work in (
        lambda: None,
        lambda: edit(server, tasks, "once"),
        lambda: server.state.delete_task(tasks[3]),
        lambda: edit(server, tasks, "twice"),
        lambda: None,
    ):
        work()
        server.clock.advance(minutes=5)
        looks = wrong(clock)
        well(run(session, server, page_size=4))
        assert len(looks) > 5
        wrong(lambda _: timedelta())
        well(run(sqlite_session, server, page_size=4))
        assert timeless(session) == timeless(sqlite_session)
        assert positions(session) == positions(sqlite_session)
