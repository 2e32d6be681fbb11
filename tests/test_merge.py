"""Parts that come, go, move and come back; and listings that prove deletions."""

import pytest

from etl.errors import RefusedError
from etl.load import Loader
from etl.merge import Counts
from etl.source import Part
from etl.walk import Complete, Page, Position
from mirror import commit, content, dump, encoded, live, plan, rows

ITEM = {"id": "r", "type": "choices", "from_name": "c", "value": {"choices": ["a"]}}
OTHER = ITEM | {"id": "s", "value": {"choices": ["b"]}}
RESULTS, LABELS = "label_studio_results", "label_studio_result_labels"
ANNOTATIONS, PREDICTIONS = "label_studio_annotations", "label_studio_predictions"


def task(key, *annotations, **fields):
    return {"id": key, "project": 9, "annotations": list(annotations), **fields}


def annotation(key, *items, **fields):
    return {"id": key, "result": list(items), **fields}


def prediction(key, *items, task=1, **fields):
    return {"id": key, "task": task, "project": 9, "result": list(items), **fields}


def listing(*ids, column="project_id", values=(9,)):
    return Complete(column, list(values), frozenset(ids))


def parts(session, name, *columns):
    """Give (columns, whether it lives) of each row."""
    return [
        (*(row[column] for column in columns), row["deleted_at"] is None)
        for row in rows(session, name, without=())
    ]


# Parts of a record


def test_an_annotation_that_is_gone_becomes_a_tombstone_with_all_its_rows(session):
    commit(session, "tasks", task(1, annotation(4, ITEM), annotation(5, OTHER)))
    kept = rows(session, ANNOTATIONS)[0]
    counts = commit(session, "tasks", task(1, annotation(5, OTHER)))
    assert counts == Counts(read=1, deleted=3, unchanged=4)
    assert parts(session, ANNOTATIONS, "id") == [(4, False), (5, True)]
    assert parts(session, RESULTS, "owner_id") == [(4, False), (5, True)]
    assert parts(session, LABELS, "owner_id", "label") == [(4, "a", False), (5, "b", True)]
    assert rows(session, ANNOTATIONS)[0] == kept


def test_a_tombstone_tells_when_and_is_not_buried_twice(session):
    commit(session, "tasks", task(1, annotation(4, ITEM)))
    commit(session, "tasks", task(1))
    (tomb,) = rows(session, ANNOTATIONS, without=())
    assert tomb["first_synced_at"] < tomb["synced_at"] == tomb["deleted_at"]
    assert commit(session, "tasks", task(1, overlap=2)) == Counts(read=1, updated=1)
    assert rows(session, ANNOTATIONS, without=()) == [tomb]


def test_an_item_removed_from_a_living_annotation_is_deleted(session):
    commit(session, "tasks", task(1, annotation(4, ITEM, OTHER)))
    counts = commit(session, "tasks", task(1, annotation(4, ITEM)))
    assert counts == Counts(read=1, deleted=2, unchanged=4)
    assert parts(session, RESULTS, "region_id") == [("r", True)]
    assert parts(session, LABELS, "label") == [("a", True)]


def test_an_item_that_changes_takes_its_labels_along(session):
    two = ITEM | {"value": {"choices": ["a", "b"]}}
    commit(session, "tasks", task(1, annotation(4, two)))
    counts = commit(session, "tasks", task(1, annotation(4, ITEM)))
    assert counts == Counts(read=1, updated=1, deleted=1, unchanged=3)
    assert parts(session, LABELS, "rank", "label") == [(0, "a", True)]


def test_an_annotation_that_comes_back_lives_again(session):
    whole = task(1, annotation(4, ITEM))
    commit(session, "tasks", whole)
    before = content(session)
    first = rows(session, ANNOTATIONS, without=())[0]["first_synced_at"]
    commit(session, "tasks", task(1))
    assert commit(session, "tasks", whole) == Counts(read=1, updated=3, unchanged=1)
    assert content(session) == before
    assert rows(session, ANNOTATIONS, without=())[0]["first_synced_at"] == first


def test_an_annotation_that_comes_back_smaller_leaves_no_item_alive(session):
    commit(session, "tasks", task(1, annotation(4, ITEM, OTHER)))
    commit(session, "tasks", task(1))
    commit(session, "tasks", task(1, annotation(4, ITEM)))
    assert [row["region_id"] for row in live(session, RESULTS)] == ["r"]


MOVED = (task(1), task(2, annotation(4, ITEM)))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("known", [True, False], ids=["to a known task", "to a new task"])
@pytest.mark.parametrize("together", [True, False], ids=["in one page", "page by page"])
def test_an_annotation_that_moves_is_not_lost(session, sqlite_session, order, known, together):
    commit(session, "tasks", task(1, annotation(4, ITEM, OTHER)), *[task(2)] * known)
    pages = [[MOVED[i] for i in order]] if together else [[MOVED[i]] for i in order]
    for page in pages:
        commit(session, "tasks", *page)
    commit(sqlite_session, "tasks", *MOVED)
    assert content(session) == content(sqlite_session)


def test_what_is_computed_from_a_project_is_replaced_with_it(session):
    config = {"a": {"type": "Choices", "labels": ["x", "y"]}, "b": {"type": "TextArea"}}
    commit(session, "projects", {"id": 1, "parsed_label_config": config})
    config = {"a": {"type": "Choices", "labels": ["y"]}}
    counts = commit(session, "projects", {"id": 1, "parsed_label_config": config})
    assert counts == Counts(read=1, updated=2, deleted=2, unchanged=1)
    assert parts(session, "label_studio_controls", "name") == [("a", True)]
    assert parts(session, "label_studio_control_labels", "label", "rank") == [("y", 0, True)]


def test_streams_that_share_a_table_never_touch_each_others_rows(session):
    commit(session, "tasks", task(1, annotation(4, ITEM)))
    commit(session, "predictions", prediction(4, OTHER), prediction(1, OTHER))
    ours = live(session, RESULTS, owner="annotation")
    commit(session, "predictions", prediction(4), complete=listing(4))
    assert live(session, RESULTS, owner="annotation") == ours
    commit(session, "predictions", prediction(4, OTHER))
    theirs = live(session, RESULTS, owner="prediction")
    commit(session, "tasks", task(1, annotation(4)))
    commit(session, "tasks", task(1))
    assert live(session, RESULTS) == theirs


# Complete listings


def test_a_complete_listing_buries_what_it_does_not_name(session):
    commit(session, "predictions", prediction(1, ITEM), prediction(2, ITEM), prediction(3))
    elsewhere = prediction(4, ITEM) | {"project": 8}
    commit(session, "predictions", elsewhere, part="8")
    counts = commit(session, "predictions", prediction(1, ITEM), complete=listing(1))
    assert counts == Counts(read=1, unchanged=3, deleted=4)
    expected = [(1, True), (2, False), (3, False), (4, True)]
    assert parts(session, PREDICTIONS, "id") == expected
    assert parts(session, LABELS, "owner_id") == [(1, True), (2, False), (4, True)]


def test_a_listing_of_some_tasks_buries_only_there(session):
    commit(session, "predictions", prediction(1), prediction(2, task=2), prediction(3, task=3))
    commit(session, "predictions", complete=listing(column="task_id", values=(1, 2)))
    assert parts(session, PREDICTIONS, "id") == [(1, False), (2, False), (3, True)]


def test_an_empty_complete_listing_buries_everything_there(session):
    commit(session, "predictions", prediction(1, ITEM), prediction(2))
    assert commit(session, "predictions", complete=listing()) == Counts(deleted=4)
    assert commit(session, "predictions", complete=listing()) == Counts()


def test_a_listing_with_a_reject_buries_nothing(session):
    commit(session, "predictions", prediction(1), prediction(2))
    counts = commit(session, "predictions", prediction("x"), complete=listing(1))
    assert counts == Counts(read=1, rejected=1)
    assert parts(session, PREDICTIONS, "id") == [(1, True), (2, True)]


def test_a_listing_of_nothing_says_nothing(session):
    commit(session, "predictions", prediction(1))
    assert commit(session, "predictions", complete=listing(values=())) == Counts()


def test_a_buried_record_that_comes_back_lives_again(session):
    commit(session, "predictions", prediction(1, ITEM))
    before = content(session)
    commit(session, "predictions", complete=listing())
    assert content(session) != before
    counts = commit(session, "predictions", prediction(1, ITEM), complete=listing(1))
    assert counts == Counts(read=1, updated=3)
    assert content(session) == before
    settled = dump(session)
    commit(session, "predictions", prediction(1, ITEM), complete=listing(1))
    assert dump(session) == settled


def test_a_listing_of_many_ids_is_compared_at_once(session):
    many = [prediction(key) for key in range(1, 3001)]
    commit(session, "predictions", *many)
    counts = commit(session, "predictions", complete=listing(*range(2, 3001)))
    assert counts == Counts(deleted=1)


# Mass deletions


def shorten(session, records, *, most_deleted=0.2, **page):
    """Commit a complete listing with the share of deletions a source allows."""
    compiled = plan("predictions")
    loader = Loader(session, compiled, 2, most_deleted=most_deleted)
    page = Page(encoded(records), **page)
    return loader.commit(Part("9"), page, compiled.transform(page.records))


def test_a_listing_that_buries_too_much_is_refused_and_nothing_of_its_page_stays(session):
    commit(session, "predictions", *map(prediction, range(1, 201)))
    before = dump(session)
    at = Position("2026-11-21 12:00:00.000000")
    with pytest.raises(RefusedError) as refused:
        shorten(session, [prediction(300)], complete=listing(*range(1, 150)), position=at)
    assert dump(session) == before
    said = str(refused.value)
    words = ("labels/predictions", "52 of 201", "max_delete_share = 0.2", "--allow-mass-delete")
    assert [word for word in words if word not in said] == []


@pytest.mark.parametrize(
    ("named", "most_deleted"),
    [(151, 0.2), (160, 0.2), (0, 1.0), (1, 0.995)],
    ids=["few", "a small share", "allowed", "just the share"],
)
def test_a_listing_within_the_limits_buries(session, named, most_deleted):
    commit(session, "predictions", *map(prediction, range(1, 201)))
    complete = listing(*range(1, named + 1))
    counts = shorten(session, [], most_deleted=most_deleted, complete=complete)
    assert counts == Counts(deleted=200 - named)


def test_the_share_is_of_the_rows_the_listing_speaks_about(session):
    commit(session, "predictions", *map(prediction, range(1, 61)))
    elsewhere = [prediction(key) | {"project": 8} for key in range(1000, 2000)]
    commit(session, "predictions", *elsewhere, part="8")
    with pytest.raises(RefusedError, match="60 of 60"):
        shorten(session, [], complete=listing())


# Many at once


def test_a_part_that_was_another_records_before_moves_even_among_many_new_ones(session):
    moved = annotation(4, ITEM)
    commit(session, "tasks", task(1, moved), task(2, annotation(5, ITEM)))
    commit(session, "tasks", task(2))  # 5 is a tombstone now
    page = [task(key, annotation(1000 + key, ITEM)) for key in range(10, 70)]
    commit(session, "tasks", *page, task(3, moved), task(4, annotation(5, OTHER)))
    assert len(live(session, "label_studio_tasks")) == 64
    assert [row["task_id"] for row in live(session, ANNOTATIONS, id=4)] == [3]
    assert [row["task_id"] for row in live(session, ANNOTATIONS, id=5)] == [4]
    assert [row["label"] for row in live(session, LABELS, owner_id=5)] == ["b"]
