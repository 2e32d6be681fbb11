"""What happens upstream while a run is reading."""

import pytest


class Meddling:
    """A platform where something is done right after one of its answers."""

    def __init__(self, app, path, turn, deed):
        self.app, self.path, self.turn, self.deed = app, path, turn, deed

    def now(self):
        return self.app.now()

    def answer(self, request):
        given = self.app.answer(request)
        if request.path == self.path:
            self.turn -= 1
            if self.turn == 0:
                self.deed()
        return given


@pytest.fixture
def after(server):
    """Plan a deed for right after the nth answer of a path."""

    def plan(turn, deed, path="/api/tasks/"):
        server.server.app = Meddling(server.server.app, path, turn, deed)

    return plan


@pytest.fixture
def paged(site, boxes):
    site.configure("page_size = 5")
    return site


def numbers(site):
    return site.rows("SELECT id, json_extract(data, '$.n') FROM label_studio_tasks ORDER BY id")


# The first answer is the look at the newest stamp; pages of five follow.


@pytest.mark.parametrize("turn", [1, 2, 3, 4])
def test_a_task_changed_while_a_run_reads_is_right_after_the_next(paged, server, after, turn):
    after(turn, lambda: server.state.patch_task(1, data={"n": "new"}))
    paged.mirrored()
    paged.mirrored()
    assert numbers(paged) == [(1, "new"), *((n, n) for n in range(2, 13))]


@pytest.mark.parametrize("turn", [1, 2, 3, 4])
def test_a_task_added_while_a_run_reads_is_there_after_the_next(paged, server, after, turn):
    after(turn, lambda: server.state.add_task(1, {"n": 13}))
    paged.mirrored()
    server.state.clock.advance(hours=1)
    paged.mirrored()
    assert numbers(paged) == [(n, n) for n in range(1, 14)]


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_tasks_deleted_while_a_run_reads_hide_no_others(paged, server, after, turn):
    after(turn, lambda: [server.state.delete_task(n) for n in (1, 2, 3)])
    paged.mirrored()
    assert {n for n, _ in numbers(paged)} >= set(range(4, 13))


def test_a_project_deleted_while_a_run_reads_is_not_a_crash(paged, server, after):
    after(2, lambda: server.state.delete_project(1))
    code, said = paged.sync()
    assert (code, said["outcome"]) in {(0, "ok"), (3, "partial")}


def test_a_membership_lost_while_a_run_reads_buries_nothing(paged, server, after):
    server.state.add_prediction(1, [], model_version="m")
    paged.mirrored()
    after(1, lambda: server.state.remove_member(1), path="/api/current-user/whoami")
    paged.sync()
    assert paged.rows("SELECT deleted_at FROM label_studio_predictions") == [(None,)]
    assert paged.rows("SELECT count(*) FROM label_studio_tasks WHERE deleted_at IS NULL") == [(12,)]
