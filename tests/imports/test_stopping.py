"""A signal that was lost stops an import all the same: what it raises is lost in the collector."""

from contextlib import contextmanager

import pytest

from etl import signals
from etl.cli import opening


@pytest.fixture
def stops(monkeypatch):
    """Give what the command looks at to see whether it is asked to stop."""
    usual, found = signals.raised, []

    @contextmanager
    def raised():
        with usual() as stop:
            found[:] = [stop]
            yield stop
            found.clear()

    monkeypatch.setattr(signals, "raised", raised)
    return found


@pytest.fixture
def loses_one_reading(stops, monkeypatch):
    """Lose a signal while the n-th piece of a file is read; count those that are read."""
    usual, left = opening.opened, [0]

    class Reading:
        def __init__(self, file):
            self.file, self.close = file, file.close

        def read(self, size):
            left[0] -= 1
            if not left[0]:
                stops[0].asked = 15
            return self.file.read(size)

    monkeypatch.setattr(opening, "opened", lambda name: Reading(usual(name)))
    return left


def test_a_signal_that_was_lost_stops_the_import_behind_the_batch(site, file, stops):
    lost = [15]

    def lose(request, _said):
        if request.method == "POST" and lost:
            stops[0].asked = lost.pop()

    site.asked(lose)
    done = site.run("import", "labels", "--project", "1", file, "--batch-size", "3")
    assert (done.exit_code, len(site.posts())) == (143, 1)
    site.imported("--resume")
    site.once()


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_a_signal_that_was_lost_stops_the_looking_through(site, loses_one_reading, more):
    long = site.file([{"data": {"image": "x" * 5000, "n": n}} for n in range(400)])
    loses_one_reading[0] = 2
    done = site.run("import", "labels", "--project", "1", long, *more)
    assert (done.exit_code, loses_one_reading[0], site.posts()) == (143, 0, [])
    assert done.stderr.startswith("annomirror: interrupted")
    assert site.imported("--resume") == ({} if more else {"created": 400})


def test_a_signal_that_was_lost_stops_the_comparing_with_the_books(site, images, loses_one_reading):
    long = site.file([{"data": {"image": "x" * 5000, "n": n}} for n in range(400)])
    site.goes_wrong(skip=1, times=1, status=403, body=b"{}")
    assert site.put(long, "--batch-size", "200")[0] == 1
    loses_one_reading[0] = 2
    done = site.run("import", "labels", "--project", "1", long)
    assert (done.exit_code, loses_one_reading[0], len(site.posts())) == (143, 0, 2)
    assert site.imported("--resume") == {"created": 200}
