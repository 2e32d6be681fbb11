"""Everything is read again once in a while, and a first sync not twice."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from etl import ledger, sync, times
from etl.load import Loader
from etl.statements import Spelling
from labelling import BOX, PLATFORM, SOURCE, Server, run, well, written
from mirror import content, rows
from plays import PLAYS
from senders import synchronise

PARTS = {"annotations": [{"result": [BOX]}], "predictions": [{"result": [BOX]}]}
WEEK = timedelta(days=7)
SMALL = replace(SOURCE, page_size=2)


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def pages(server):
    """Tell how many whole tasks were asked for since the last look."""

    def count():
        asked, server.asked = server.asked, []
        return sum(r.path == "/api/tasks/" and "omit" in r.params for r in asked)

    return count


def age(session, by):
    """Let time pass since every whole reading."""
    mark = Spelling(session.dialect).mark
    with session.transaction():
        session.run(
            f"UPDATE sync_watermarks SET updated_at = {mark} WHERE substr(stream, 1, 5) = 'full:'",
            (times.earlier(times.now(), by),),
        )


def test_what_no_digest_shows_is_read_when_its_time_has_come(session, server):
    _, tasks = server.project(3, **PARTS)
    well(run(session, server))
    server.state.set_data_silently(tasks[1], n="silent")
    assert written(well(run(session, server))) == 0
    age(session, WEEK - timedelta(hours=1))
    assert written(well(run(session, server))) == 0
    age(session, WEEK)
    assert written(well(run(session, server))) == 1
    row = next(r for r in rows(session, "label_studio_tasks") if r["id"] == tasks[1])
    assert row["data"] == {"n": "silent"}


def test_it_is_read_once_and_then_not_for_another_while(session, server, pages):
    server.project(3, **PARTS)
    well(run(session, server))
    assert pages() == 1
    well(run(session, server))
    assert pages() == 0
    age(session, WEEK)
    well(run(session, server))
    assert pages() == 1
    well(run(session, server))
    assert pages() == 0


def test_a_whole_reading_of_what_has_not_changed_writes_no_row(session, server):
    server.project(3, **PARTS)
    well(run(session, server))
    before = content(session)
    stamps = [row["synced_at"] for row in rows(session, "label_studio_tasks", without=())]
    age(session, WEEK)
    assert written(well(run(session, server))) == 0
    assert content(session) == before
    assert [r["synced_at"] for r in rows(session, "label_studio_tasks", without=())] == stamps


def test_a_first_reading_in_two_pieces_counts_as_a_whole_one(session, server, pages):
    server.project(7)
    synchronise(session, SMALL, PLATFORM, server, stop_after=4)
    well(run(session, server, page_size=2))
    pages()
    well(run(session, server, page_size=2))
    assert pages() == 0


def test_a_later_whole_reading_that_was_cut_is_gone_on_with_and_counts(session, server, pages):
    server.project(7)
    well(run(session, server, page_size=2))
    synchronise(session, SMALL, PLATFORM, server, stop_after=4, full=True)
    age(session, WEEK)
    pages()
    well(run(session, server, page_size=2))
    assert 0 < pages() < 4
    well(run(session, server, page_size=2))
    assert pages() == 0


def test_each_source_says_how_often(session, server, pages):
    server.project(3)
    well(run(session, server))
    age(session, timedelta(hours=2))
    pages()
    well(run(session, server, full_every=timedelta(hours=3)))
    assert pages() == 0
    well(run(session, server, full_every=timedelta(hours=1)))
    assert pages() == 1


def test_a_clock_that_was_wrong_once_does_not_stop_it_for_ever(session, server, pages):
    server.project(3)
    well(run(session, server))
    age(session, timedelta(days=-900))
    pages()
    well(run(session, server))
    assert pages() == 1


@pytest.mark.parametrize("name", PLAYS)
def test_no_stream_of_any_platform_is_read_twice_at_first(session, monkeypatch, name):
    is_due, due = Loader.is_due, []

    def noted(loader, part, every):
        due.append(is_due(loader, part, every))
        return due[-1]

    monkeypatch.setattr(Loader, "is_due", noted)
    with PLAYS[name]() as play:
        play.seed.lively(play.standin.state)

        def again():
            before = play.requests
            with ledger.opened(session) as books:
                list(sync.run([play.job()], session, books))
            return play.requests - before

        again()
        play.wait()
        usual = again()
        age(session, WEEK - timedelta(hours=1))
        assert again() <= usual
    assert set(due) == {False}


@pytest.mark.parametrize("name", PLAYS)
def test_after_a_whole_reading_no_stream_of_any_platform_is_due_again(session, monkeypatch, name):
    is_due, due = Loader.is_due, []

    def noted(loader, part, every):
        due.append((loader._plan.stream.name, is_due(loader, part, every)))
        return due[-1][1]

    monkeypatch.setattr(Loader, "is_due", noted)
    with PLAYS[name]() as play:
        play.seed.lively(play.standin.state)

        def again():
            play.wait()
            due.clear()
            with ledger.opened(session) as books:
                list(sync.run([play.job()], session, books))
            return {stream for stream, whole in due if whole}

        again(), again()
        age(session, WEEK)
        again()
        assert again() == set()


def test_predictions_that_are_all_deleted_are_not_due_for_ever(session, server):
    server.project(3, **PARTS)
    well(run(session, server))
    for key in list(server.state.predictions):
        server.state.delete_prediction(key)
    server.wait()
    well(run(session, server, trusting=True))
    age(session, WEEK)
    well(run(session, server))
    books = [
        row["updated_at"]
        for row in rows(session, "sync_watermarks", without=())
        if row["stream"] == "full:predictions"
    ]
    assert books > [times.earlier(times.now(), WEEK / 2)]
