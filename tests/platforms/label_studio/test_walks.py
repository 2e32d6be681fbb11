"""Label Studio's walks, driven with answers written by hand."""

import json
from datetime import timedelta

import pytest
from msgspec.structs import replace

from etl.errors import BadAnswer, ConfigurationError
from etl.extract import pages
from etl.platforms.label_studio import predicting, walks, window
from etl.source import Part
from etl.times import earlier
from etl.walk import Complete, Known, Position, Start
from mirror import SOURCE
from senders import Scripted

NOON = "2026-11-21 12:00:00.000000"
LATER = "2026-11-21T12:30:00.000000Z"
OURS = "2026-11-21 12:30:00.000000"


def start(watermark=None, state=None, known=Known(), parts=()):  # noqa: B008  # frozen
    since = earlier(watermark, timedelta(minutes=15)) if watermark else None
    source = replace(SOURCE, parts=parts)
    position = Position(watermark, state)
    return Start(source=source, part=Part("9"), position=position, since=since, known=known)


def tasks(*ids, total, stamp=LATER, annotations=0, predictions=0, **fields):
    rows = [{"id": one, "updated_at": stamp, **fields} for one in ids]
    sums = {"total_annotations": annotations, "total_predictions": predictions}
    return {"total": total, "tasks": rows, **sums}


def noted(watermark, *asked, **more):
    """Give the position of a finished walk: what the server said before its first page."""
    return Position(watermark, {"asked": list(asked), **more})


def versions(**counts):
    rows = [{"model_version": v, "count": n, "latest": LATER} for v, n in counts.items()]
    return {"static": rows, "live": None}


def walked(walk, begin, *answers):
    """Give the pages a walk makes of answers, and the requests that brought them."""
    sender = Scripted(*answers)
    found = list(pages(walk(begin), sender))
    assert sender.answers == []
    return found, sender.asked


def ids(found):
    return [[json.loads(bytes(one))["id"] for one in page.records] for page in found]


def query(request):
    """Give what a request filters by, and its order."""
    asked = json.loads(request.params["query"])
    items = asked["filters"]["items"]
    found = {one["filter"].rpartition(":")[2]: (one["operator"], one["value"]) for one in items}
    return found, asked["ordering"]


# Tasks


def test_a_first_run_asks_for_everything_in_the_order_of_ids():
    first, second = tasks(1, 2, total=3), tasks(5, total=1)
    found, asked = walked(walks.tasks, start(), tasks(5, total=3), first, second)
    assert ids(found) == [[1, 2], [5]]
    assert [query(one) for one in asked[1:]] == [
        ({}, ["tasks:id"]),
        ({"id": ("greater", 2)}, ["tasks:id"]),
    ]


def test_the_watermark_is_the_newest_stamp_before_the_first_page():
    newer = tasks(1, total=1, stamp="2026-11-21T13:00:00.000000Z")
    found, asked = walked(walks.tasks, start(), tasks(1, total=1), newer)
    assert (found[-1].position, found[-1].last) == (noted(OURS, 1, OURS, 0, 0), True)
    assert query(asked[0])[1] == ["-tasks:updated_at"]


def test_the_watermark_waits_for_the_last_page():
    first, second = tasks(1, 2, total=3), tasks(5, total=1)
    found, _ = walked(walks.tasks, start(NOON), tasks(5, total=3), first, second)
    assert [page.position.watermark for page in found] == [NOON, OURS]
    assert [(page.total, page.last) for page in found] == [(3, False), (1, True)]


def test_a_killed_walk_goes_on_by_id_where_it_was_and_keeps_its_window():
    sent = [tasks(5, total=3), tasks(1, 2, total=3), tasks(5, total=1)]
    (cut, whole), _ = walked(walks.tasks, start(NOON), *sent)
    again = start(cut.position.watermark, cut.position.state)
    found, asked = walked(walks.tasks, again, tasks(5, total=1))
    since = ("greater_or_equal", "2026-11-21T11:45:00.000000Z")
    assert query(asked[0])[0] == {"id": ("greater", 2), "updated_at": since}
    assert found[-1].position == whole.position


def test_later_runs_ask_from_the_watermark_less_the_lookback():
    _, asked = walked(walks.tasks, start(NOON), tasks(1, total=1), tasks(1, total=1))
    since = {"updated_at": ("greater_or_equal", "2026-11-21T11:45:00.000000Z")}
    assert [query(one)[0] for one in asked] == [{}, since]


def test_an_empty_project_costs_one_request():
    empty = start(known=Known(0, None, (0, 0)))
    found, asked = walked(walks.tasks, empty, tasks(total=0))
    assert (found, len(asked)) == ([], 1)


def test_the_watermark_never_moves_back():
    old = tasks(1, total=1, stamp="2026-11-21T11:50:00.000000Z")
    found, _ = walked(walks.tasks, start(NOON), old, old)
    assert found[-1].position.watermark == NOON


def test_nothing_is_read_where_the_mirror_agrees_in_counts_and_newest_stamp():
    begin = start(OURS, {"settled": True}, known=Known(5000, OURS, (7, 8)))
    newest = tasks(1, total=5000, annotations=7, predictions=8)
    found, (asked,) = walked(walks.tasks, begin, newest)
    assert (found, query(asked)) == ([], ({}, ["-tasks:updated_at"]))


@pytest.mark.parametrize(("total", "read"), [(2, [[3, 4]]), (101, [])])
def test_a_few_tasks_of_the_lookback_are_read_again_until_nothing_can_come_late(total, read):
    begin = start(OURS, known=Known(5000, OURS, (7, 8)))
    newest = tasks(1, total=5000, annotations=7, predictions=8)
    found, (_, asked) = walked(walks.tasks, begin, newest, tasks(3, 4, total=total))
    assert (ids(found), [page.position for page in found]) == (read, [None] * len(read))
    assert asked.params["page_size"] == window.FEW


@pytest.mark.parametrize("known", [(5001, OURS, (7, 8)), (5000, OURS, (7, 9))])
def test_where_only_the_counts_differ_the_rest_is_left_to_the_proof(known):
    newest = tasks(1, total=5000, annotations=7, predictions=8)
    found, _ = walked(walks.tasks, start(OURS, known=Known(*known)), newest)
    assert (ids(found), found[0].position) == ([[]], noted(OURS, 5000, OURS, 7, 8))


@pytest.mark.parametrize(("watermark", "newest"), [(NOON, NOON), (NOON, OURS), (OURS, NOON)])
def test_the_lookback_is_read_where_something_was_written_since(watermark, newest):
    begin = start(watermark, known=Known(5000, newest, (7, 8)))
    there = tasks(1, total=5000, annotations=7, predictions=8)
    assert ids(walked(walks.tasks, begin, there, tasks(1, total=1))[0]) == [[1]]


def test_where_the_mirror_can_never_agree_it_is_enough_that_the_proof_saw_the_same():
    newest = tasks(1, total=5000, annotations=7, predictions=8)
    (page,), _ = walked(walks.tasks, start(NOON), newest, tasks(1, total=1))
    note = page.position.state
    seen = note | {"seen": note["asked"], "settled": True}
    assert walked(walks.tasks, start(NOON, seen), newest)[0] == []


def test_what_the_proof_did_not_get_to_see_is_read_again():
    newest = tasks(1, total=5000, annotations=7, predictions=8)
    (page,), _ = walked(walks.tasks, start(NOON), newest, tasks(1, total=1))
    found, _ = walked(walks.tasks, start(NOON, page.position.state), newest, tasks(1, total=1))
    assert ids(found) == [[1]]


class Timed(Scripted):
    """Says with every answer what time it is."""

    def __init__(self, clock, *answers):
        super().__init__(*answers)
        self.clock = clock

    def conceal(self, error):
        """Nothing here is secret."""

    def send(self, request):
        answer = super().send(request)
        return replace(answer, headers={"date": f"Sat, 21 Nov 2026 {self.clock} GMT"})


def settling(clock, state):
    """Look at tasks the mirror agrees about, stamped 12:30; give the pages."""
    begin = start(OURS, state, known=Known(5000, OURS, (7, 8)))
    newest = tasks(1, total=5000, annotations=7, predictions=8)
    found = pages(walks.tasks(begin), Timed(clock, newest, tasks(1, total=1)))
    return [page for page in found if page.position]


def test_the_lookback_is_read_once_more_when_nothing_can_come_late_into_it():
    assert settling("12:44:59", None) == []
    (page,) = settling("12:45:00", None)
    assert page.position.state["settled"]
    assert settling("12:45:00", page.position.state) == []


def test_nothing_is_settled_while_the_watermark_is_young_though_its_task_is_gone():
    older = tasks(1, total=1, stamp="2026-11-21T12:00:00.000000Z")
    begin = start(OURS, known=Known(2, OURS, (0, 0)))
    (page,) = pages(walks.tasks(begin), Timed("12:31:00", older, older))
    assert page.position == noted(OURS, 1, NOON, 0, 0)


def test_a_first_run_long_after_the_last_write_settles_it_all():
    answers = tasks(1, total=1), tasks(1, total=1)
    (page,) = pages(walks.tasks(start()), Timed("13:00:00", *answers))
    assert page.position == noted(OURS, 1, OURS, 0, 0, settled=True)
    (page,) = pages(walks.tasks(start()), Timed("12:31:00", *answers))
    assert page.position == noted(OURS, 1, OURS, 0, 0)


def test_a_list_that_grows_while_it_is_read_is_read_to_its_end():
    answers = tasks(3, total=3), tasks(1, 2, total=3), tasks(3, 4, total=3), tasks(5, total=1)
    assert ids(walked(walks.tasks, start(), *answers)[0]) == [[1, 2], [3, 4], [5]]


def test_a_list_that_shrinks_while_it_is_read_hides_nobody():
    answers = tasks(4, total=4), tasks(1, 2, total=4), tasks(4, total=1)
    assert ids(walked(walks.tasks, start(), *answers)[0]) == [[1, 2], [4]]


def test_a_list_whose_rest_vanished_ends_and_promotes_its_watermark():
    answers = tasks(4, total=4), tasks(1, 2, total=4), tasks(total=0)
    found, _ = walked(walks.tasks, start(), *answers)
    assert (ids(found), found[-1].position) == ([[1, 2], []], noted(OURS, 4, OURS, 0, 0))


@pytest.mark.parametrize("page", [tasks(2, 1, total=2), tasks(total=2), {"total": 1}])
def test_an_answer_that_would_lose_rows_is_refused(page):
    with pytest.raises(BadAnswer):
        walked(walks.tasks, start(), tasks(2, total=2), page)


@pytest.mark.parametrize("answer", [[], {}, None, {"total": 0}, {"tasks": []}])
def test_an_answer_that_is_no_list_of_tasks_is_no_empty_project(answer):
    with pytest.raises(BadAnswer):
        walked(walks.tasks, start(NOON), answer)


def test_a_time_that_makes_no_sense_is_not_the_watermark():
    odd = tasks(1, total=1, stamp="yesterday")
    found, _ = walked(walks.tasks, start(NOON, known=Known(1, NOON)), odd, odd)
    assert found[-1].position.watermark == NOON


# Projects and users


def test_users_come_in_one_answer():
    assert ids(walked(walks.users, start(), [{"id": 1}, {"id": 2}])[0]) == [[1, 2]]


def test_projects_are_read_page_by_page_until_all_have_come():
    first = {"count": 3, "results": [{"id": 1}, {"id": 2}]}
    second = {"count": 3, "results": [{"id": 3}]}
    found, asked = walked(walks.projects, start(), first, second)
    assert (ids(found), [one.params["page"] for one in asked]) == ([[1, 2], [3]], [1, 2])


def test_only_the_wanted_projects_are_kept_by_title_or_id():
    rows = [{"id": 1, "title": "A"}, {"id": 2, "title": "B"}, {"id": 3, "title": "C"}]
    found, _ = walked(walks.projects, start(parts=("A", 3)), {"count": 3, "results": rows})
    assert ids(found) == [[1, 3]]


def test_a_wanted_project_that_is_not_there_is_said_with_those_that_are():
    rows = [{"id": 1, "title": "A"}]
    with pytest.raises(ConfigurationError, match=r"no project Z; there are: 'A' \(1\)"):
        walked(walks.projects, start(parts=("Z",)), {"count": 1, "results": rows})


# Predictions


def mirrored(**counts):
    """Give the state that a walk of these versions left."""
    return {"versions": [f"{v} {n} {LATER}" for v, n in sorted(counts.items())]}


def listed(*ids):
    return [{"id": one, "model_version": "a"} for one in ids]


def test_predictions_are_read_whole_when_their_versions_changed():
    found, asked = walked(predicting.predictions, start(), versions(a=2), listed(1, 2))
    assert ids(found) == [[1, 2]]
    assert found[0].complete == Complete("project_id", [9], frozenset({1, 2}))
    assert [one.path for one in asked] == ["/api/projects/9/model-versions/", "/api/predictions/"]


def test_a_list_that_changes_while_it_is_read_proves_no_deletion_and_is_read_again():
    (page,), _ = walked(predicting.predictions, start(), versions(a=2), listed(1), versions(a=1))
    assert (page.complete, page.position) == (None, Position())


def test_a_list_shorter_than_its_versions_say_is_an_error():
    with pytest.raises(BadAnswer, match="holds 1 predictions where the versions count 2"):
        walked(predicting.predictions, start(), versions(a=2), listed(1), versions(a=2))


def test_predictions_of_no_version_are_listed_and_not_counted():
    (page,), _ = walked(predicting.predictions, start(), versions(a=1), [*listed(1), {"id": 2}])
    assert page.complete == Complete("project_id", [9], frozenset({1, 2}))


def test_equal_versions_and_no_newer_task_cost_one_request():
    begin = start(NOON, mirrored(a=2, b=1), Known(5, NOON))
    found, asked = walked(predicting.predictions, begin, versions(b=1, a=2))
    assert (found, len(asked)) == ([], 1)


def test_equal_versions_and_newer_tasks_read_the_predictions_of_those():
    begin = start(NOON, mirrored(a=1), Known(5, OURS))
    page = tasks(4, total=1, predictions=[{"id": 1}])
    page["tasks"][0]["predictions"] = [{"id": 1}]
    (found,), asked = walked(predicting.predictions, begin, versions(a=1), tasks(total=1), page)
    assert (ids([found]), found.position.watermark) == ([[1]], OURS)
    assert found.complete == Complete("task_id", [4], frozenset({1}))
    assert "updated_at" in query(asked[2])[0]


def test_the_predictions_of_many_newer_tasks_are_read_whole():
    begin = start(NOON, mirrored(a=1), Known(500, OURS))
    many = tasks(total=SOURCE.page_size + 1)
    (found,), _ = walked(predicting.predictions, begin, versions(a=1), many, listed(1))
    assert (ids([found]), found.position.watermark) == ([[1]], OURS)


def test_a_project_without_predictions_costs_one_request():
    begin = start(NOON, None, Known(5, OURS, (0,)))
    (page,), _ = walked(predicting.predictions, begin, versions())
    assert (page.records, page.last) == ([], True)
    begin = start(NOON, page.position.state, Known(5, OURS, (0,)))
    found, asked = walked(predicting.predictions, begin, versions())
    assert (found, len(asked)) == ([], 1)


def test_no_predictions_left_is_a_complete_listing_of_none():
    begin = start(NOON, mirrored(a=1))
    (page,), _ = walked(predicting.predictions, begin, versions(), [])
    assert page.complete == Complete("project_id", [9], frozenset())


def by_task(*keys):
    """Give the pages of tasks with a prediction each, a page for each task, as the walk asks."""
    rows = [{"id": key, "predictions": [{"id": 10 * key}]} for key in keys]
    return [{"total": len(keys) - n, "tasks": [row]} for n, row in enumerate(rows)]


MANY = predicting.WHOLE_LISTING + 1


def test_a_walk_by_task_concludes_at_its_end_what_is_gone_in_all_of_the_project():
    found, _ = walked(predicting.predictions, start(), versions(a=MANY), *by_task(1, 2, 3))
    whole = Complete("project_id", [9], frozenset({10, 20, 30}))
    assert [(page.complete, page.last) for page in found] == [
        (None, False),
        (None, False),
        (whole, True),
    ]


def test_a_first_walk_by_task_that_was_cut_vouches_for_no_more_than_it_began_with():
    one, two = by_task(1, 2)
    begin = replace(start(), first=True)
    (cut, whole), _ = walked(predicting.predictions, begin, versions(a=MANY), one, two)
    again = start(None, cut.position.state)
    now = versions(a=MANY - 1)  # one of task 1 was deleted meanwhile
    (page,), _ = walked(predicting.predictions, again, now, two)
    assert page.position.state == whole.position.state
    assert page.complete is None  # nothing was there that could be gone


def test_a_later_walk_by_task_that_was_cut_is_read_to_its_end_and_then_as_a_whole():
    one, two = by_task(1, 2)
    begin = start(NOON, mirrored(a=MANY + 1))
    (cut, _), _ = walked(predicting.predictions, begin, versions(a=MANY), one, two)
    again = start(NOON, cut.position.state)
    found, _ = walked(predicting.predictions, again, versions(a=MANY), two, *by_task(1, 2))
    assert ids(found) == [[20], [10], [20]]
    whole = Complete("project_id", [9], frozenset({10, 20}))
    assert [(page.complete, page.last) for page in found] == [
        (None, False),
        (None, False),
        (whole, True),
    ]
    assert [page.position.unfinished for page in found] == [True, True, False]


@pytest.mark.parametrize("task", [{"id": 4}, {"id": 4, "predictions": None}])
def test_a_task_without_the_list_of_its_predictions_is_not_one_without_predictions(task):
    answers = versions(a=MANY), {"total": 1, "tasks": [task]}
    with pytest.raises(BadAnswer, match="predictions"):
        walked(predicting.predictions, start(), *answers)
