"""The line and the run around it, with the events they yield."""

from contextlib import contextmanager

import pytest
from msgspec.structs import replace

from etl import ledger, migrate, sync
from etl.address import SQLITE, Address
from etl.cli import build
from etl.client import Client
from etl.database import connected
from etl.errors import Interrupted, MirrorError
from etl.job import Job
from etl.ledger import StreamReport, outcome_of
from etl.merge import Counts
from etl.platforms import PLATFORMS
from etl.source import Secret, Source
from etl.standins.faults import Fault
from etl.standins.label_studio import LabelStudio
from etl.sync import Began, Committed, Finished
from mirror import content


@pytest.fixture
def server():
    with LabelStudio() as server:
        for title in ("Boxes", "Spans"):
            project = server.state.add_project(title)
            server.state.import_tasks(project.id, [{"data": {"n": n}} for n in range(7)])
        yield server


@pytest.fixture
def session(tmp_path):
    with connected(Address(SQLITE, f"{tmp_path}/mirror.db")) as session:
        migrate.upgrade(session)
        yield session


@contextmanager
def job(server, *streams, name="labels", **settings):
    platform = PLATFORMS["label_studio"]
    source = Source(
        name=name,
        platform=platform.name,
        url=server.url,
        options={"token": Secret(settings.pop("token", server.token))},
        **{"page_size": 5, "concurrency": 1, "timeout": 5, "deadline": 5} | settings,
    )
    sender = Client(source, platform.authorise(source), platform.explain, sleep=lambda _s: None)
    try:
        yield Job(source, platform, sender, build.choose(platform, source, streams))
    finally:
        sender.close()


@pytest.fixture
def run(session):
    """Run jobs and give their events."""

    def begin(*jobs):
        with ledger.opened(session) as books:
            return list(sync.run(jobs, session, books))

    return begin


def reports(events):
    return {e.report.stream: e.report for e in events if isinstance(e, Finished)}


def test_a_stream_begins_commits_its_pages_and_finishes(server, run):
    with job(server, "tasks") as tasks:
        events = [event for event in run(tasks) if getattr(event, "stream", "tasks") == "tasks"]
    shown = [(e.part.title, e.counts.read, e.left) for e in events if isinstance(e, Committed)]
    assert isinstance(events[-1], Finished)
    assert Began("labels", "tasks", 2) in events
    assert shown == [("Boxes", 5, 2), ("Boxes", 2, 0), ("Spans", 5, 2), ("Spans", 2, 0)]


def test_streams_come_in_the_order_in_which_they_need_each_other(server, run):
    with job(server) as everything:
        events = run(everything)
    assert list(reports(events)) == ["users", "projects", "tasks", "predictions"]


def test_projects_read_side_by_side_make_the_mirror_that_one_by_one_makes(
    server, session, sqlite_session
):
    for title in ("Third", "Fourth", "Fifth"):
        project = server.state.add_project(title)
        server.state.import_tasks(project.id, [{"data": {"n": n}} for n in range(23)])
    for mirror, concurrency in ((session, 4), (sqlite_session, 1)):
        with job(server, concurrency=concurrency) as everything, ledger.opened(mirror) as books:
            list(sync.run([everything], mirror, books))
    assert content(session) == content(sqlite_session)
    assert len(content(session)["label_studio_tasks"]) == 14 + 69


def test_what_a_report_counts_is_the_sum_of_its_pages(server, run):
    with job(server, "tasks") as tasks:
        events = run(tasks)
    pages = Counts()
    for event in events:
        if isinstance(event, Committed) and event.stream == "tasks":
            pages.add(event.counts)
    assert pages == reports(events)["tasks"].counts == Counts(read=14, inserted=14)


def test_a_failing_source_is_followed_by_the_next(server, session, run):
    with job(server, name="bad", token="0" * 40) as bad, job(server, name="good") as good:
        events = run(bad, good)
    outcomes = [(e.report.source, e.report.outcome) for e in events if isinstance(e, Finished)]
    assert outcomes == [("bad", "failed")] * 4 + [("good", "ok")] * 4
    assert session.all("SELECT outcome FROM sync_runs") == [("partial",)]


def test_a_part_that_says_later_for_ever_fails_alone_and_leaves_what_was_committed(
    server, session, run
):
    server.faults.append(Fault(path="/api/tasks/", skip=2, times=None, status=503))
    with job(server) as everything:
        found = reports(run(everything))
    assert [report.outcome for report in found.values()] == ["ok", "ok", "failed", "ok"]
    assert session.all("SELECT count(*) FROM label_studio_tasks") == [(5,)]


def test_a_refused_part_is_noted_and_the_next_one_read(server, session, run):
    server.faults.append(Fault(path="/api/tasks/", times=1, status=403, body=b'{"detail": "no"}'))
    with job(server, "tasks") as tasks:
        report = reports(run(tasks))["tasks"]
    assert (report.outcome, report.error) == ("partial", "Boxes: GET /api/tasks/: HTTP 403: no")
    assert session.all("SELECT DISTINCT project_id FROM label_studio_tasks") == [(2,)]


def test_a_run_stopped_between_pages_keeps_what_was_committed(server, session):
    with pytest.raises(Interrupted), ledger.opened(session) as books, job(server, "tasks") as tasks:
        events = sync.run([tasks], session, books)
        next(e for e in events if isinstance(e, Committed) and e.stream == "tasks")
        report = events.throw(Interrupted(15)).report
        next(events)
    assert session.all("SELECT count(*) FROM label_studio_tasks") == [(5,)]
    assert session.all("SELECT outcome FROM sync_runs") == [("interrupted",)]
    assert (report.outcome, report.counts.read, report.requests > 0) == ("interrupted", 5, True)


def test_a_run_left_open_is_marked_by_the_next(session):
    killed = ledger.opened(session)
    killed.__enter__()
    with ledger.opened(session):
        pass
    found = session.all("SELECT id, outcome, error FROM sync_runs ORDER BY id")
    assert found == [(1, "interrupted", "killed, or cut off from the mirror"), (2, "ok", None)]


@pytest.mark.parametrize(
    ("outcomes", "summed"),
    [
        ([], "ok"),
        (["ok", "ok"], "ok"),
        (["ok", "failed"], "partial"),
        (["ok", "partial"], "partial"),
        (["partial"], "partial"),
        (["failed", "partial"], "partial"),
        (["failed", "failed"], "failed"),
    ],
)
def test_a_run_is_as_good_as_its_streams(outcomes, summed):
    given = [StreamReport("s", "t", Counts(), outcome=outcome) for outcome in outcomes]
    assert outcome_of(given) == summed


@pytest.mark.parametrize(("bad", "outcome"), [(10, "ok"), (11, "partial")])
def test_a_few_rejects_are_no_failure_and_many_are(server, run, bad, outcome):
    server.state.import_tasks(2, [{"data": {}} for _ in range(20)])
    for number in range(15, 15 + bad):
        server.state.spoil(number, created_at=b"5")
    with job(server, "tasks") as tasks:
        report = reports(run(tasks))["tasks"]
    assert (report.counts.rejected, report.outcome) == (bad, outcome)


def test_more_rejects_are_no_failure_of_a_large_stream(server, run):
    server.state.import_tasks(1, [{"data": {}} for _ in range(300)])
    for number in range(15, 26):
        server.state.spoil(number, created_at=b"5")
    with job(server, "tasks", page_size=500) as tasks:
        report = reports(run(tasks))["tasks"]
    assert (report.counts.rejected, report.outcome) == (11, "ok")


# Trouble


LIVE = (
    "SELECT project_id, count(*) FROM label_studio_predictions WHERE deleted_at IS NULL GROUP BY 1"
)


def test_a_mass_deletion_is_refused_and_the_other_parts_are_read(server, session, run):
    rows = [{"task": task, "result": []} for task in [1] * 60 + [8] * 3]
    predictions = server.state.import_predictions(rows)
    with job(server) as everything:
        run(everything)
        for prediction in predictions[:61]:  # all of the first project, and one of the second
            server.state.delete_prediction(prediction.id)
        for _ in range(2):
            report = reports(run(everything))["predictions"]
            assert report.outcome == "refused"
            assert report.error.startswith("Boxes: labels/predictions: 60 of 60 rows")
            assert session.all(LIVE) == [(1, 60), (2, 2)]
        assert session.all("SELECT outcome FROM sync_runs") == [("ok",), ("refused",), ("refused",)]
        allowed = reports(run(replace(everything, allow_mass_delete=True)))["predictions"]
    assert (allowed.outcome, allowed.counts.deleted) == ("ok", 60)
    assert session.all(LIVE) == [(2, 2)]


def test_a_mirror_that_fails_is_told_by_stream_and_by_run(server, session, run):
    session.run("DROP TABLE label_studio_tasks")
    with job(server) as everything:
        found = reports(run(everything))
    outcomes = [report.outcome for report in found.values()]
    assert outcomes == ["ok", "ok", "failed", "failed"]
    assert "no such table" in found["tasks"].error
    assert session.all("SELECT outcome, error IS NULL FROM sync_runs") == [("partial", 0)]
    assert session.all("SELECT count(*) FROM sync_stream_runs") == [(4,)]


def test_a_mirror_that_cannot_take_the_books_is_told_too(server, session, run):
    session.run("DROP TABLE sync_stream_runs")
    with job(server, "users") as users:
        report = reports(run(users))["users"]
    assert (report.outcome, report.error[:17]) == ("failed", "the mirror failed")
    assert session.all("SELECT outcome FROM sync_runs") == [("failed",)]


def test_a_run_is_closed_by_any_error(session):
    with pytest.raises(KeyError), ledger.opened(session):
        raise KeyError("bug")
    with pytest.raises(MirrorError), ledger.opened(session), session.transaction():
        session.run("no SQL at all")
    found = session.all("SELECT outcome, finished_at IS NULL, error FROM sync_runs")
    assert found[0] == ("failed", 0, "KeyError")
    assert found[1][:2] == ("failed", 0)
