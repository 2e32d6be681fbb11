"""Pages into the mirror: rows, counts, rejects, watermarks, all or nothing."""

import pytest

from etl.database import Session
from etl.load import Loader
from etl.merge import Counts
from etl.source import Part
from etl.walk import Complete, Held, Known, Page, Position, Span
from mirror import SOURCE, commit, dump, encoded, live, plan, rows

USER = {"id": 1, "email": "ann@example.com"}
RECT = {"id": "r", "type": "rectanglelabels", "value": {"rectanglelabels": ["Car", "Bus"]}}
RELATION = {"type": "relation", "from_id": "r", "to_id": "s"}
AT = Position("2026-11-21 12:00:00.000000")


def task(key=1, *annotations, **fields):
    return {"id": key, "project": 9, "annotations": list(annotations), **fields}


def annotation(key, *items, **fields):
    return {"id": key, "result": list(items), **fields}


def stamps(session, name):
    found = rows(session, name, without=())
    return [(row["first_synced_at"], row["synced_at"], row["deleted_at"]) for row in found]


# New, unchanged, changed


def test_new_rows_are_counted_over_all_tables(session):
    counts = commit(session, "tasks", task(1, annotation(4, RECT, RELATION)), task(2))
    assert counts == Counts(read=2, inserted=2 + 1 + 2 + 2 + 1)
    assert [row["id"] for row in rows(session, "label_studio_tasks")] == [1, 2]


def test_unchanged_rows_are_counted_and_left_alone(session):
    commit(session, "tasks", task(1, annotation(4, RECT)))
    before = dump(session)
    assert commit(session, "tasks", task(1, annotation(4, RECT))) == Counts(read=1, unchanged=5)
    assert dump(session) == before


def test_only_what_changed_is_written(session):
    commit(session, "tasks", task(1, annotation(4, RECT), annotation(5, RECT)))
    ((first, before, _), (_, other, _)) = stamps(session, "label_studio_annotations")
    changed = task(1, annotation(4, RECT, lead_time=2.5), annotation(5, RECT))
    assert commit(session, "tasks", changed) == Counts(read=1, updated=1, unchanged=8)
    (kept, moved, _), untouched = stamps(session, "label_studio_annotations")
    assert (kept, moved > before, untouched[1]) == (first, True, other)
    assert rows(session, "label_studio_annotations")[0]["lead_time"] == 2.5


def test_a_changed_record_may_bring_new_parts(session):
    commit(session, "tasks", task(1))
    counts = commit(session, "tasks", task(1, annotation(4, RECT)))
    assert counts == Counts(read=1, inserted=4, unchanged=1)


@pytest.mark.parametrize(
    "again",
    [
        b'{"annotations":[],"data":{"b":[1,{"y":2,"x":1}],"a":"\\u00e9\\u0000"},"project":9,"id":1}',
        b'{"id":1,"project":9,"data":{"a":"\xc3\xa9\\u0000","b":[1,{"x":1,"y":2}]},"annotations":[]}',
    ],
)
def test_json_written_otherwise_is_no_change(session, again):
    one = (
        b'{"id":1,"project":9,"annotations":[],"data":{"a":"\\u00e9\\u0000","b":[1,{"x":1,"y":2}]}}'
    )
    commit(session, "tasks", one)
    before = stamps(session, "label_studio_tasks")
    assert commit(session, "tasks", again) == Counts(read=1, unchanged=1)
    assert stamps(session, "label_studio_tasks") == before
    settled = dump(session)
    assert commit(session, "tasks", again) == Counts(read=1, unchanged=1)
    assert dump(session) == settled


def test_json_that_alternates_is_written_once(session):
    record = '{"id":1,"project":9,"annotations":[{"id":4,"result":[{"value":%s}]}],"data":%s}'
    one, other = (record % (json, json) for json in ('{"a":1,"b":2}', '{"b":2, "a":1.0}'))
    commit(session, "tasks", one.encode())
    before = dump(session)
    for again in (other, one, other):
        assert commit(session, "tasks", again.encode()) == Counts(read=1, unchanged=3)
        assert dump(session) == before


def test_a_record_of_which_only_a_part_changed_is_known_the_next_time(session):
    commit(session, "tasks", task(1, annotation(4, RECT)))
    changed = task(1, annotation(4, RECT | {"origin": "manual"}))
    assert commit(session, "tasks", changed) == Counts(read=1, updated=1, unchanged=4)
    (row,) = rows(session, "label_studio_tasks", without=())
    (entry,) = plan("tasks").transform(encoded([changed])).entries
    assert row["content_hash"] == entry.content_hash


def test_a_key_with_nul_stays_one_row(session):
    for labels in (["a\0b", "ok"], ["a\0b", "ok"], ["ok", "a\0b"]):
        config = {"c": {"type": "Choices", "labels": labels}}
        commit(session, "projects", {"id": 1, "title": "a\0b", "parsed_label_config": config})
        nul = "a\ufffdb"
        found = {row["label"] for row in live(session, "label_studio_control_labels")}
        assert found == {nul, "ok"}
        assert [row["title"] for row in live(session, "label_studio_projects")] == [nul]


@pytest.mark.parametrize("odd", ['"text"', "1.50", "true", "1e300", "-0.0", '"1"', "[]", '"{}"'])
def test_an_odd_item_beside_a_change_is_no_change(session, odd):
    page = '{"id":1,"overlap":%d,"annotations":[{"id":4,"result":[%s,{"value":%s}]}]}'
    commit(session, "tasks", (page % (1, odd, odd)).encode())
    counts = commit(session, "tasks", (page % (2, odd, odd)).encode())
    assert counts == Counts(read=1, updated=1, unchanged=3)


@pytest.mark.parametrize(
    ("old", "new"),
    [(1, True), (0, False), (1, "1"), ([1], [True]), (None, 0), ("", None), (1, 2)],
)
def test_json_of_another_type_is_a_change(session, old, new):
    commit(session, "tasks", task(1, data={"a": old}))
    counts = commit(session, "tasks", task(1, data={"a": new}))
    assert counts == Counts(read=1, updated=1)
    assert rows(session, "label_studio_tasks")[0]["data"] == {"a": new}


def test_text_that_looks_like_json_is_compared_as_text(session):
    commit(session, "projects", {"id": 1, "description": '{"a": 1}'})
    counts = commit(session, "projects", {"id": 1, "description": '{"a":1}'})
    assert counts == Counts(read=1, updated=1)
    assert rows(session, "label_studio_projects")[0]["description"] == '{"a":1}'


def test_of_an_id_that_comes_twice_the_last_one_counts(session):
    counts = commit(session, "users", USER, USER | {"email": "new@example.com"})
    assert (counts.read, counts.inserted) == (2, 1)
    assert [row["email"] for row in rows(session, "label_studio_users")] == ["new@example.com"]


def test_an_empty_page_does_nothing(session):
    before = dump(session)
    assert commit(session, "users") == Counts()
    assert dump(session) == before


def test_sources_do_not_touch_each_other(session):
    commit(session, "users", USER)
    session.run("UPDATE label_studio_users SET source = 'other'")
    assert commit(session, "users", USER | {"email": "x"}) == Counts(read=1, inserted=1)
    assert [row["email"] for row in rows(session, "label_studio_users")] == ["x", USER["email"]]


# Position


def test_a_position_is_committed_with_its_page(session):
    commit(session, "tasks", task(), part="9", position=Position(AT.watermark, {"after": 1}))
    loader = Loader(session, plan("tasks"), 2)
    start = loader.start(SOURCE, Part("9"))
    assert (start.position, start.since) == (
        Position(AT.watermark, {"after": 1}),
        "2026-11-21 11:45:00.000000",
    )
    assert loader.start(SOURCE, Part("8")).position == Position()


def test_a_position_that_did_not_move_is_not_written(session):
    commit(session, "users", USER, position=AT, run_id=1)
    before = rows(session, "sync_watermarks")
    commit(session, "users", USER, position=AT, run_id=2)
    assert rows(session, "sync_watermarks") == before
    commit(session, "users", USER, position=Position(AT.watermark, 1), run_id=3)
    assert [row["run_id"] for row in rows(session, "sync_watermarks")] == [3]


def test_a_walk_that_was_cut_is_known_by_its_own_word(session):
    for unfinished in (True, False):
        at = Position(AT.watermark, {"any": "note"}, unfinished=unfinished)
        commit(session, "users", USER, position=at)
        assert Loader(session, plan("users"), 2).start(SOURCE, Part("")).position == at


def test_a_reject_is_released_by_a_whole_walk_only(session):
    commit(session, "tasks", {"id": "x"}, position=Position(None, {"any": 1}, unfinished=True))
    commit(session, "tasks", task(2), last=True)  # goes on in the middle
    assert [row["record_key"] for row in rows(session, "sync_rejects")] == ["x"]
    commit(session, "tasks", task(3), position=Position(None))
    commit(session, "tasks", task(2), last=True)
    assert rows(session, "sync_rejects") == []


def test_a_page_without_a_position_leaves_the_old_one(session):
    commit(session, "users", USER, position=AT)
    commit(session, "users", USER)
    assert Loader(session, plan("users"), 2).start(SOURCE, Part("")).position == AT


def test_a_full_walk_begins_at_the_beginning(session):
    commit(session, "users", USER, position=AT)
    start = Loader(session, plan("users"), 2).start(SOURCE, Part(""), full=True)
    assert (start.position, start.since) == (Position(), None)


def test_a_walk_learns_what_the_mirror_holds_of_its_part(session):
    stamped = [
        task(key, updated_at=f"2026-11-21T{hour}:00:00Z", total_annotations=key)
        for key, hour in ((1, 10), (2, 11), (3, 12))
    ]
    elsewhere = task(4, updated_at="2026-11-21T13:00:00Z") | {"project": 8}
    commit(session, "tasks", *stamped, elsewhere, part="9", position=AT)
    loader = Loader(session, plan("tasks"), 2)
    assert loader.start(SOURCE, Part("9")).known == Known(3, AT.watermark, (6, 0))
    assert loader.start(SOURCE, Part("9"), full=True).known.count == 3
    assert loader.start(SOURCE, Part("8")).known.count == 1


def test_a_proof_learns_what_the_mirror_holds_of_a_range(session):
    commit(session, "tasks", *(task(key, total_predictions=key) for key in (2, 4, 6, 8)))
    commit(session, "tasks", {"id": 9, "overlap": "x", "project": 9, "total_predictions": 3})
    loader = Loader(session, plan("tasks"), 2)
    assert loader.held(Part("9"), Span()) == Held(Known(5, None, (0, 23)), 6)
    assert loader.held(Part("9"), Span(2, 6)) == Held(Known(2, None, (0, 10)), 6)
    assert loader.held(Part("9"), Span(4, listed=True)).ids == (6, 8, 9)
    assert loader.held(Part("9"), Span(9)) == Held(Known(0, None, (0, 0)))


def test_parts_are_the_live_projects(session):
    commit(session, "projects", {"id": 2, "title": "Two"}, {"id": 10, "title": None}, {"id": 3})
    session.run("UPDATE label_studio_projects SET deleted_at = synced_at WHERE id = 3")
    assert Loader(session, plan("tasks"), 1).parts() == [Part("2", "Two"), Part("10", "")]
    assert Loader(session, plan("users"), 1).parts() == [Part("")]


# Rejects


def test_a_reject_is_kept_once_with_its_first_and_last_run(session):
    bad = {"id": 7, "email": 5}
    assert commit(session, "users", bad, run_id=1) == Counts(read=1, rejected=1)
    before = dump(session)
    commit(session, "users", bad, run_id=2)
    assert dump(session) == before
    commit(session, "users", bad | {"email": 6}, run_id=3)
    (row,) = rows(session, "sync_rejects")
    assert (row["first_run_id"], row["run_id"], row["payload"]) == (1, 3, '{"id": 7, "email": 6}')


def test_a_reject_is_released_when_its_record_lands(session):
    commit(session, "users", {"id": 1, "email": 5}, {"id": 2, "email": 5})
    commit(session, "users", USER)
    assert [row["record_key"] for row in rows(session, "sync_rejects")] == ["2"]


def test_a_reject_of_another_stream_is_not_released(session):
    commit(session, "tasks", {"id": 1, "overlap": "x"})
    commit(session, "users", USER)
    assert [row["stream"] for row in rows(session, "sync_rejects")] == ["tasks"]


def test_a_rejected_record_leaves_the_row_it_had(session):
    commit(session, "users", USER)
    commit(session, "users", {"id": 1, "email": 5})
    assert [row["email"] for row in live(session, "label_studio_users")] == [USER["email"]]


def test_a_reject_after_the_good_version_of_a_record_is_kept(session):
    commit(session, "users", USER, {"id": "1", "email": "spoiled"})
    assert [row["record_key"] for row in rows(session, "sync_rejects")] == ["1"]


@pytest.mark.parametrize("text", ["a\\u0000b", "\\ud83d\\ude00"])
def test_any_text_can_be_set_aside(session, text):
    assert commit(session, "users", f'{{"id":"x","email":"{text}"}}'.encode()).rejected == 1


# All or nothing


class Failing(Session):
    """A session whose nth writing statement fails, as a full disk does."""

    def __init__(self, session, statement):
        super().__init__(session.driver, session.dialect)
        self.left = statement

    def run(self, sql, values=()):
        self._count()
        return super().run(sql, values)

    def many(self, sql, rows):
        self._count()
        super().many(sql, rows)

    def copy(self, sql, rows):
        self._count()
        super().copy(sql, rows)

    def _count(self):
        self.left -= 1
        if self.left == 0:
            raise OSError("disk full")


@pytest.mark.parametrize("statement", range(1, 12))
def test_a_page_that_fails_in_the_middle_leaves_nothing(session, other_session, statement):
    commit(session, "tasks", task(1, annotation(4, RECT)), {"id": 2, "overlap": "x"}, part="9")
    before = dump(other_session)
    page = [task(1, annotation(5, RECT)), task(2), task(3), {"id": 4, "overlap": "x"}]
    complete = Complete("project_id", [9], frozenset({1, 2, 3, 4}))
    failing = Failing(session, statement)
    with pytest.raises(OSError, match="disk full"):
        commit(failing, "tasks", *page, part="9", position=AT, complete=complete)
    assert dump(other_session) == before
    assert commit(session, "tasks", *page, part="9", position=AT).inserted == 6


def test_a_loader_that_failed_once_can_try_again(session):
    commit(session, "users", {"id": 1, "email": 5})
    failing, compiled = Failing(session, 0), plan("users")
    loader = Loader(failing, compiled, 1)
    loader.start(SOURCE, Part(""))
    page = Page(encoded([USER]), AT)
    failing.left = 3  # after the rows and the release of the reject
    with pytest.raises(OSError, match="disk full"):
        loader.commit(Part(""), page, compiled.transform(page.records))
    loader.commit(Part(""), page, compiled.transform(page.records))
    assert rows(session, "sync_rejects") == []
    assert len(rows(session, "sync_watermarks")) == 1
