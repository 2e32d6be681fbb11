"""Whether a mirror is what its source is: what is named, what is not, and what is mended."""

import msgspec
import pytest
from msgspec.structs import replace

from etl import verify
from etl.address import parse
from etl.cli.build import choose
from etl.database import connected
from etl.difference import Difference, Kind
from etl.errors import Forbidden
from etl.inspection import Inspection
from etl.job import Job
from etl.statements import Spelling
from labelling import BOX, PLATFORM, SOURCE, Server, gone, ids, run, well
from mirror import content, dump, live
from senders import synchronise

SMALL = replace(SOURCE, page_size=5)
PARTS = {"annotations": [{"result": [BOX]}], "predictions": [{"result": [BOX]}]}


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def mirrored(session, server):
    """A project of twelve tasks with an annotation and a prediction each."""
    _, tasks = server.project(12, **PARTS)
    well(run(session, server))
    return tasks


def look(session, server, *streams, source=SOURCE, trusting=False, **how):
    job = Job(source, PLATFORM, server, choose(PLATFORM, source, streams))
    job = replace(job, allow_mass_delete=trusting)
    return {verdict.stream: verdict for verdict in verify.run([job], session, **how)}


def named(verdicts):
    """Give kind, table and key of all that is named."""
    return [
        (one.kind.value, one.table.removeprefix("label_studio_"), one.key[-1][1])
        for verdict in verdicts.values()
        for one in verdict.differences
    ]


def change(session, sql, *values):
    mark = Spelling(session.dialect).mark
    with session.transaction():
        session.run(sql.replace("?", mark), values)


def when(path):
    return lambda request: request.path == path


def begins_to_prove(server):
    """Tell the second request for tasks, which is the proof's or the first page's."""
    return lambda request: request.path == "/api/tasks/" == server.asked[-2].path


def turns_the_page(request):
    return "omit" in request.params and "greater" in str(request.params.get("query"))


def test_a_row_that_is_missing_is_named_and_mended_alone(session, server, mirrored):
    before = content(session)
    change(session, "DELETE FROM label_studio_tasks WHERE id = ?", mirrored[4])
    assert named(look(session, server)) == [("missing", "tasks", mirrored[4])]
    mended = look(session, server, run_id=2)["tasks"]
    assert (len(mended.mended), mended.counts.inserted, mended.counts.updated) == (1, 1, 0)
    assert content(session) == before


def test_looking_writes_nothing(session, server, mirrored):
    server.state.patch_task(mirrored[0], data={"n": "edited"})
    server.state.delete_task(mirrored[1])
    before = dump(session)
    look(session, server, deep=True)
    assert dump(session) == before


def test_looking_needs_no_right_to_write(session, database, server, mirrored):
    with connected(parse(database), read_only=True) as reader:
        found = look(reader, server, deep=True)
    assert {verdict.outcome for verdict in found.values()} == {"ok"}


def test_an_edit_that_was_not_mirrored_is_stale_and_shows_its_fields(session, server, mirrored):
    server.wait()
    server.state.patch_task(mirrored[0], data={"n": "edited"})
    (one,) = look(session, server)["tasks"].differences
    assert (one.kind, one.root) == ("stale", mirrored[0])
    shown = {name: (here, there) for name, here, there in one.fields}
    assert shown["data"] == (
        '{"n":0}' if session.dialect == "sqlite" else '{"n": 0}',
        '{"n":"edited"}',
    )


def test_what_outweighs_itself_is_seen_by_content_only(session, server):
    _, tasks = server.project(150)
    server.wait()
    server.state.patch_task(tasks[149], data={"n": "newest"})
    server.wait()
    well(run(session, server))
    change(session, "UPDATE label_studio_tasks SET id = 777 WHERE id = ?", tasks[3])
    wrong = {("missing", "tasks", tasks[3]), ("extra", "tasks", 777)}
    assert named(look(session, server)) == []
    assert set(named(look(session, server, deep=True))) == wrong


def test_an_equal_mirror_of_many_tasks_is_proven_by_three_requests(session, server):
    server.project(2_000, predictions=[{"result": [BOX]}])
    server.project(90, title="Few", **PARTS)
    well(run(session, server))
    found = look(session, server)
    assert {name: (v.requests, v.counts.read) for name, v in found.items()} == {
        "users": (2, 1),
        "projects": (1, 2),
        "tasks": (2 + 1, 90),
        "predictions": (1 + 2, 90),
    }
    assert named(found) == []


@pytest.mark.parametrize("deep", [False, True])
def test_what_is_written_while_it_is_read_accuses_nobody(session, server, deep):
    project, tasks = server.project(120, **PARTS)
    well(run(session, server))

    def happen():
        server.clock.advance(1)
        server.state.patch_task(tasks[110], data={"n": "edited"})
        server.state.add_annotation(tasks[100], [BOX])
        server.state.import_tasks(project, [{"data": {"n": "new"}}])

    server.meanwhile.append((begins_to_prove(server), happen))
    found = look(session, server, "tasks", source=SMALL, deep=deep)
    assert named(found) == []
    assert server.meanwhile == []


def test_what_is_deleted_while_it_is_read_accuses_nobody(session, server, mirrored):
    server.meanwhile.append((turns_the_page, lambda: server.state.delete_task(mirrored[11])))
    assert named(look(session, server, "tasks", source=SMALL, deep=True)) == []
    found = look(session, server, "tasks", source=SMALL, deep=True)["tasks"]
    assert [(one.kind, one.root) for one in found.differences] == [("extra", mirrored[11])]


def test_what_changes_between_two_looks_accuses_nobody(session, server, mirrored):
    """Predictions tell no time by which the server vouches for them, so they are read again."""
    server.state.patch_prediction(1, score=0.5)
    asks = when("/api/predictions/")

    def edit_again():
        server.state.patch_prediction(1, score=0.7)

    server.meanwhile.append((asks, lambda: server.meanwhile.append((asks, edit_again))))
    found = look(session, server, "predictions", deep=True)
    assert (named(found), server.meanwhile) == ([], [])


def test_a_project_that_is_missing_accuses_none_of_its_tasks(session, server, mirrored):
    change(session, "DELETE FROM label_studio_projects WHERE id = 1")
    before = content(session)
    assert named(look(session, server)) == [("missing", "projects", 1)]
    look(session, server, run_id=2)
    assert [row["id"] for row in live(session, "label_studio_projects")] == [1]
    assert content(session)["label_studio_tasks"] == before["label_studio_tasks"]


def test_a_project_that_is_extra_is_named_and_not_asked_for(session, server, mirrored):
    server.state.delete_project(1)
    server.asked.clear()
    found = look(session, server)
    assert named(found) == [
        ("extra", "projects", 1),
    ]
    assert "/api/tasks/" not in [request.path for request in server.asked]


def test_rows_that_lie_in_nothing_are_named_and_buried(session, server, mirrored):
    before = content(session)
    change(
        session,
        "INSERT INTO label_studio_annotations (source, id, task_id, project_id) "
        "SELECT source, 555, 777, project_id FROM label_studio_annotations WHERE id = 3",
    )
    assert named(look(session, server)) == [("extra", "annotations", 555)]
    look(session, server, run_id=2)
    assert (content(session), gone(session, "annotations")) == (before, [555])


def test_predictions_that_are_all_gone_are_named(session, server, mirrored):
    for key in list(server.state.predictions):
        server.state.delete_prediction(key)
    found = look(session, server, deep=True)
    assert [one.table for one in found["predictions"].differences] == [
        "label_studio_predictions"
    ] * 12


def test_records_set_aside_are_no_difference(session, server, mirrored):
    server.state.spoil(mirrored[3], created_at=b"5")
    server.state.patch_task(mirrored[3], data={"n": 0})
    run(session, server)
    found = look(session, server, deep=True)["tasks"]
    assert (found.outcome, found.counts.rejected, found.differences) == ("ok", 1, [])


def test_a_project_that_cannot_be_read_is_reported_and_what_it_holds_left_alone(
    session, server, mirrored
):
    def refuse():
        raise Forbidden("GET /api/tasks/: HTTP 403: no", 403)

    server.meanwhile.append((when("/api/tasks/"), refuse))
    found = look(session, server, run_id=2)
    assert (found["tasks"].outcome, found["tasks"].error) == (
        "failed",
        "Boxes: GET /api/tasks/: HTTP 403: no",
    )
    assert (ids(session, "tasks"), named(found)) == (mirrored, [])


def test_too_many_extra_rows_are_not_buried(session, server):
    _, tasks = server.project(80)
    well(run(session, server))
    for task in tasks[:60]:
        server.state.delete_task(task)
    found = look(session, server, deep=True, run_id=2)["tasks"]
    assert (found.outcome, len(found.mended)) == ("refused", 0)
    assert "60 of 80 rows would be deleted" in found.error
    assert gone(session, "tasks") == []


@pytest.mark.parametrize("page_size", [10, 500])
def test_too_many_extra_annotations_are_not_buried(session, server, page_size):
    server.project(80, annotations=[{"result": [BOX]}])
    well(run(session, server))
    for key in list(server.state.annotations):
        server.state.delete_annotation(key)
    source = replace(SOURCE, page_size=page_size)
    found = look(session, server, source=source, deep=True, run_id=2)["tasks"]
    assert (found.outcome, len(found.mended)) == ("refused", 0)
    assert "80 of 80 rows of label_studio_annotations would be deleted" in found.error
    assert "annomirror verify --repair --allow-mass-delete" in found.error
    assert (gone(session, "annotations"), found.counts.deleted) == ([], 0)
    assert ("extra", "annotations", 1) in named({"tasks": found})
    look(session, server, source=source, trusting=True, deep=True, run_id=2)
    assert len(gone(session, "annotations")) == 80


def test_another_organisation_is_not_compared(session, server, mirrored):
    server.state.organization["id"] = 2
    server.state.users[1].organization = 2
    found = look(session, server)
    assert {v.outcome for v in found.values()} <= {"refused", "failed"}


def test_what_one_page_does_not_name_and_another_does_is_not_extra():
    gone = Difference(Kind.EXTRA, "t", 1, (("id", 1),))
    moved = Difference(Kind.EXTRA, "t", 2, (("id", 2),))
    inspection = Inspection(unlisted={one.row: one for one in (gone, moved)}, seen={2})
    inspection.settle()
    assert list(inspection.unlisted.values()) == [gone]


def test_a_restricted_mirror_is_compared_with_what_it_is_restricted_to(session, server):
    for title in ("Boxes", "Moods"):
        server.project(3, title=title, **PARTS)
    named_only = replace(SOURCE, parts=("Boxes",))
    well(run(session, server, parts=("Boxes",)))
    assert named(look(session, server, source=named_only, deep=True)) == []
    server.state.delete_task(2)
    found = look(session, server, source=named_only, deep=True)
    assert [one.root for one in found["tasks"].differences] == [2]


def test_what_a_source_is_restricted_to_is_counted_alone(session, server):
    for title, count in (("Boxes", 3), ("Moods", 4)):
        server.project(count, title=title)
    well(run(session, server))
    found = look(session, server, source=replace(SOURCE, parts=("Moods",)))
    assert (found["tasks"].records, named(found)) == (4, [])


def test_a_source_restricted_to_what_is_not_there_is_not_called_equal(session, server, mirrored):
    found = look(session, server, source=replace(SOURCE, parts=("nope",)))
    assert {name: v.outcome for name, v in found.items() if name != "users"} == dict.fromkeys(
        ("projects", "tasks", "predictions"), "failed"
    )
    assert "none of what the source is restricted to" in found["tasks"].error


def test_a_repair_of_what_is_equal_writes_nothing(session, server, mirrored):
    before = dump(session)
    found = look(session, server, deep=True, run_id=2)
    assert [len(verdict.mended) for verdict in found.values()] == [0, 0, 0, 0]
    assert dump(session) == before


def test_after_a_run_that_was_cut_numbers_see_what_was_written_since(session, server):
    _, tasks = server.project(150)
    well(run(session, server, page_size=5))
    for task in tasks[:30]:
        server.state.patch_task(task, data={"n": "one"})
    synchronise(session, SMALL, PLATFORM, server, stop_after=4)
    server.clock.advance(1)
    server.state.patch_task(tasks[0], data={"n": "two"})
    server.clock.advance(1)
    found = look(session, server, "tasks", source=SMALL)
    assert ("stale", "tasks", tasks[0]) in named(found)
    assert sorted(named(found)) == sorted(named(look(session, server, source=SMALL, deep=True)))


class Shuffling(Server):
    """One that writes the same JSON in another order each time, as some do."""

    def conceal(self, error):
        """Nothing here is secret."""

    def send(self, request):
        answer = super().send(request)
        fields = msgspec.json.decode(answer.body)
        for task in fields.get("tasks", ()) if isinstance(fields, dict) else ():
            if "data" in task:
                members = [*task["data"].items()]
                task["data"] = dict(members[:: (-1) ** len(self.asked)])
        return replace(answer, body=msgspec.json.encode(fields))


def test_json_that_is_spelled_otherwise_at_the_second_look_is_wrong_all_the_same(session):
    server = Shuffling()
    project, _ = server.project(0)
    (task,) = server.state.import_tasks(project, [{"data": {"a": 1, "b": 2}}])
    well(run(session, server))
    change(session, "UPDATE label_studio_tasks SET data = ? WHERE id = ?", "{}", task.id)
    assert [row for _, *row in named(look(session, server))] == [["tasks", task.id]]


def test_a_count_that_the_mirror_keeps_is_not_believed(session, server):
    _, tasks = server.project(150)
    server.wait()
    well(run(session, server))
    well(run(session, server))  # after which the count is kept
    change(session, "DELETE FROM label_studio_tasks WHERE id = ?", tasks[3])
    assert named(look(session, server)) == [("missing", "tasks", tasks[3])]


def test_long_values_are_cut_but_compared_whole(session, server):
    _, (task,) = server.project(1, data={"text": "x" * 5_000})
    well(run(session, server))
    change(
        session,
        "UPDATE label_studio_tasks SET data = ? WHERE id = ?",
        f'{{"text": "{"x" * 4_999}y"}}',
        task,
    )
    (one,) = look(session, server)["tasks"].differences
    ((name, here, there),) = one.fields
    assert (name, len(here), len(there)) == ("data", 600, 600)


def test_how_much_there_is_here_is_told(session, server, mirrored):
    found = look(session, server)
    assert {name: v.records for name, v in found.items()} == {
        "users": 1,
        "projects": 1,
        "tasks": 12,
        "predictions": 12,
    }
