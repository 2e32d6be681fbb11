"""What nobody foresaw: one line for the user, the trace for who asks for it."""

import errno

import pytest

from etl.cli import build

FAILURES = {
    "a bug": KeyError("since"),
    "several lines": ValueError("one\n  two"),
    "a full disk": OSError(errno.ENOSPC, "No space left on device"),
}


@pytest.fixture(params=FAILURES.values(), ids=FAILURES.keys())
def broken(request, site, monkeypatch):
    def fail(**_):
        raise request.param

    monkeypatch.setattr(build, "read_settings", fail)
    return site


def test_a_failure_nobody_foresaw_is_one_line(broken):
    done = broken.run("status")
    assert (done.exit_code, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("annomirror: stopped by ")
    assert line.endswith("(-v shows where)")


@pytest.mark.parametrize("arguments", [["-v", "status"], ["status", "-v"]])
def test_the_trace_is_there_for_the_asking(broken, arguments):
    done = broken.run(*arguments)
    assert done.exit_code == 1
    assert done.stderr.startswith("Traceback (most recent call last)")


def test_what_click_refuses_is_said_by_click(site):
    done = site.run("status", "--nonsense")
    assert done.exit_code == 2
    assert "No such option" in done.stderr
