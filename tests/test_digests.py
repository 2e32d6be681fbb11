"""What is counted once and kept until it changes."""

import pytest

from etl.load import Loader
from etl.source import Part
from etl.walk import Complete, Known
from mirror import SOURCE, commit, plan, rows

ONE, TWO = Part("1"), Part("2")


def task(key, project, **fields):
    return {"id": key, "project": project, "annotations": [], "total_annotations": 1, **fields}


def known(session, part, **how):
    return Loader(session, plan("tasks"), 1).start(SOURCE, part, **how).known


def keep(session, *parts):
    loader = Loader(session, plan("tasks"), 1)
    for part in parts:
        loader.start(SOURCE, part)
        loader.keep_digest(part)


@pytest.fixture
def mirror(session):
    """Two projects, whose counts are kept."""
    commit(session, "projects", {"id": 1, "title": "One"}, {"id": 2, "title": "Two"})
    commit(session, "tasks", task(11, 1), task(12, 1), part="1")
    commit(session, "tasks", task(21, 2), part="2")
    keep(session, ONE, TWO)
    return session


def written(session):
    """Every row with what tells that it was written again: its place on Postgres."""
    place = "ctid::text" if session.copies else "rowid"
    return set(session.all(f"SELECT {place}, known FROM sync_digests"))


def test_a_kept_count_is_not_counted_again(mirror):
    mirror.run("DELETE FROM label_studio_tasks WHERE id = 12")  # behind our back
    assert known(mirror, ONE).count == 2
    assert known(mirror, ONE, full=True).count == 1


def test_a_full_run_mends_a_kept_count(mirror):
    mirror.run("DELETE FROM label_studio_tasks WHERE id = 12")
    loader = Loader(mirror, plan("tasks"), 1)
    loader.start(SOURCE, ONE, full=True)
    loader.keep_digest(ONE)
    assert known(mirror, ONE).count == 1


@pytest.mark.parametrize(
    ("records", "page", "count"),
    [
        ([task(13, 1)], {}, 3),
        ([task(12, 1, overlap=3)], {}, 2),
        ([], {"complete": Complete("project_id", [1], frozenset({11}))}, 1),
    ],
)
def test_a_page_that_writes_makes_its_part_be_counted_again(mirror, records, page, count):
    commit(mirror, "tasks", *records, part="1", **page)
    kept = {row["part"] for row in rows(mirror, "sync_digests")}
    assert (kept, known(mirror, ONE).count, known(mirror, TWO).count) == ({"2"}, count, 1)


def test_a_page_that_finds_nothing_new_leaves_the_count(mirror):
    before = written(mirror)
    commit(mirror, "tasks", task(11, 1), part="1")
    keep(mirror, ONE, TWO)
    assert written(mirror) == before


def test_a_page_that_fails_leaves_count_and_rows_as_they_were(mirror):
    before = written(mirror)
    with pytest.raises(KeyError), mirror.transaction():
        commit(mirror, "tasks", task(13, 1), part="1")
        raise KeyError
    assert (written(mirror), known(mirror, ONE).count) == (before, 2)


def test_an_id_that_comes_back_in_another_project_is_counted_there(mirror):
    commit(mirror, "tasks", task(11, 2), part="2")
    assert (known(mirror, ONE).count, known(mirror, TWO).count) == (1, 2)


def test_predictions_are_compared_with_the_sums_the_tasks_were_counted_for(mirror):
    commit(mirror, "tasks", task(11, 1, total_predictions=4), part="1")
    keep(mirror, ONE)
    start = Loader(mirror, plan("predictions"), 1).start(SOURCE, ONE)
    assert start.known == Known(2, None, (4,))


def test_a_project_that_is_gone_costs_one_count_and_no_more(mirror):
    gone = Complete("source", ["labels"], frozenset({2}))
    commit(mirror, "projects", complete=gone)
    Loader(mirror, plan("tasks"), 1).bury_orphans()
    keep(mirror, TWO)
    before = written(mirror)
    for _ in range(2):
        Loader(mirror, plan("tasks"), 1).bury_orphans()
        keep(mirror, TWO)
    assert (written(mirror), len(before)) == (before, 1)
