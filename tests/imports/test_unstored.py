"""Jobs that a server wrote down and could not give their tasks: they never begin."""

import json
import sqlite3
from contextlib import closing

import pytest

from etl.imports import follow

NUL = "unsupported Unicode escape sequence"


@pytest.fixture
def unstored(site, server):
    """Write a file whose third line a server on PostgreSQL cannot store."""
    server.state.backend = "postgres"
    return site.file(
        [{"image": "a\0b" if n == 3 else "a", "n": n} for n in range(1, 8)],
    )


def test_a_line_that_the_server_cannot_store_is_set_aside_at_once(site, unstored):
    done = site.imported(unstored, "--skip-bad", "--timeout", "5")
    assert done == {"created": 6, "rejected": 1}
    assert site.numbers == [1, 2, 4, 5, 6, 7]
    ((reason, payload),) = site.rows("SELECT reason, payload FROM sync_rejects")
    assert (NUL in reason, json.loads(payload)["n"]) == (True, 3)


def test_what_the_server_cannot_store_stops_the_import_with_its_reason(site, unstored):
    code, said = site.put(unstored, "--timeout", "5")
    assert (code, site.there) == (1, {})
    assert NUL in said["error"]


@pytest.mark.usefixtures("by_jobs")
@pytest.mark.parametrize(
    ("minutes", "sent"), [(5, 1), (20, 2)], ids=["it may get its tasks yet", "it will never"]
)
def test_a_job_that_got_no_tasks_may_be_ours_for_a_quarter_of_an_hour(
    site, server, unstored, minutes, sent
):
    """Where the answer was lost, the server may still be about to store them."""
    site.goes_wrong(cut_after=0)
    code, said = site.put(unstored, "--timeout", "0.3")
    assert (code, "may still come to it" in said["error"]) == (1, True)
    assert "--timeout" in said["error"]
    assert "--give-up" in site.put("--resume", "--timeout", "0.3")[1]["error"]
    server.clock.advance(minutes=minutes)
    with closing(sqlite3.connect(site.folder / "mirror.db")) as connection:
        ago = f"strftime('%Y-%m-%d %H:%M:%f', submitted_at, '-{minutes} minutes')"
        connection.execute(f"UPDATE label_studio_imports SET submitted_at = {ago}")
        connection.commit()
    site.put("--resume", "--timeout", "2")
    assert len(site.posts()) == sent


def test_a_job_of_others_that_cannot_be_shown_is_passed_over(site, server, file, by_jobs):
    """The real server answers 500 for one with half a character in its tasks."""
    server.state.job_seconds = 3600
    site.goes_wrong(cut_after=0)

    def others(request, _said):
        if request.path == site.posting and not site.posts(tasks=False):
            one = server.state.jobs[1]
            number = server.state.keys.take("job")
            server.state.jobs[number] = type(one)(
                id=number,
                project=one.project,
                tasks=[{"data": {"image": "\ud800"}}],
                commit=True,
                return_ids=False,
                created_at=one.created_at,
                due=one.due,
            )

    site.asked(others)
    code, said = site.put(file, "--no-wait")
    assert (code, said["unfinished"], site.batches("job_id")) == (0, 1, [(1,)])


def test_a_job_that_does_not_begin_is_told_of_while_it_is_waited_for(
    site, server, file, by_jobs, monkeypatch
):
    monkeypatch.setattr(follow, "UNBEGUN", 0.1)
    server.state.job_seconds = 3600

    def created(request, said):
        if "/imports/" in request.path and said.status == 200:
            return said.__class__(
                **{
                    **vars(said),
                    "body": said.body.replace(b'"in_progress"', b'"created"'),
                }
            )
        return None

    site.asked(created)
    done = site.run("import", "labels", "--project", "1", file, "--timeout", "0.5")
    assert done.exit_code == 1
    assert done.stderr.count("job 1 has not begun after 0 s: the workers of the server") == 1
    assert "job 1 of project 1 has not begun within 0.5 s: the workers" in done.stderr
