"""Runs against a COCO Annotator at work, compared with its truth row by row."""

from zoneinfo import ZoneInfo

from annotators import (
    NOON,
    Annotator,
    assert_mirrored,
    ids,
    run,
    table,
    tombstones,
    well,
    written,
)
from etl.standins.coco_annotator import catalogue, chores, seed, work
from mirror import dump, rows


def test_a_first_run_mirrors_everything(session, server, state):
    reports = well(run(session, server))
    assert_mirrored(session, state)
    assert {name: report.requests for name, report in reports.items()} == {
        "datasets": 3,  # who am I, the datasets, what was deleted
        "categories": 1,
        "images": 1 + 3 + 1 + 3 + 2,  # datasets, ids, how many, pages, datasets again, deletions
        "annotations": 4,  # how many, datasets, all in one, datasets again
        "users": 1,
        "exports": 3 + 3,  # a list for each dataset, and each export
        "tasks": 1,
    }


def test_an_idle_run_writes_nothing_and_takes_as_few_requests(session, server):
    run(session, server)
    before = mirrored(session)
    reports = well(run(session, server))
    assert (written(reports), mirrored(session)) == (0, before)
    assert sum(report.requests for report in reports.values()) == 3 + 1 + 10 + 4 + 1 + 3 + 1


def mirrored(session):
    """Give everything but the books of the runs."""
    return {n: found for n, found in dump(session).items() if n not in BOOKS}


BOOKS = {"sync_runs", "sync_stream_runs"}


def test_a_full_run_with_nothing_new_writes_nothing_either(mirror, server):
    run(mirror, server)
    assert written(well(run(mirror, server, full=True))) == 0


def test_a_day_of_work_is_caught(session, server, state):
    run(session, server)
    seed.work_a_while(state)
    well(run(session, server))
    assert_mirrored(session, state)


def test_many_days_of_work_leave_the_mirror_a_new_one_would_be(mirror, server, state):
    for day in range(5):
        run(mirror, server)
        server.clock.advance(days=1)
        seed.work_a_while(state, seed=day)
    well(run(mirror, server))
    assert_mirrored(mirror, state)


def test_rows_that_did_not_change_keep_their_stamps(mirror, server, state):
    run(mirror, server)
    before = {row["id"]: row for row in rows(mirror, table("annotations"), without=())}
    work.put_annotation(state, 7, 2)
    run(mirror, server)
    after = {row["id"]: row for row in rows(mirror, table("annotations"), without=())}
    assert [key for key in after if after[key] != before[key]] == [7]


# Times, exports, much at once


def test_local_times_become_utc(session):
    zone = ZoneInfo("America/New_York")
    server = Annotator(zone)
    seed.lively(server.state)
    run(session, server, server_timezone="America/New_York")
    catalogue.delete_image(server.state, 2)
    catalogue.delete_dataset(server.state, 3)
    well(run(session, server, server_timezone="America/New_York"))
    assert_mirrored(session, server.state, zone=zone)
    noon = f"{NOON:%Y-%m-%d %H:%M:%S.%f}"
    assert tombstones(session, "images") == {2: noon}
    assert tombstones(session, "datasets") == {3: noon}


def test_of_many_exports_the_older_ones_stay_in_the_mirror(mirror, server, state):
    run(mirror, server)
    for _ in range(60):
        server.clock.advance(seconds=1)
        chores.export(state, 1)
    well(run(mirror, server))
    mine = [row["id"] for row in state.truth("exports") if row["dataset_id"] == 1]
    theirs = [row["id"] for row in state.truth("exports") if row["dataset_id"] != 1]
    assert ids(mirror, "exports") == sorted([mine[0], *mine[-50:], *theirs])
    assert well(run(mirror, server, "exports"))["exports"].counts.read == 0


def test_an_export_that_is_gone_is_a_tombstone(mirror, server, state):
    run(mirror, server)
    gone, kept = chores.export(state, 1), chores.export(state, 1)
    run(mirror, server)
    catalogue.erase(state, "exports", gone["id"])
    well(run(mirror, server))
    assert tombstones(mirror, "exports").keys() == {gone["id"]}
    assert kept["id"] in ids(mirror, "exports")


def test_an_empty_installation_is_mirrored_and_then_filled(mirror):
    server = Annotator()
    well(run(mirror, server))
    seed.lively(server.state)
    well(run(mirror, server))
    assert_mirrored(mirror, server.state)
