"""Requests to stop, wherever the program is when they come."""

import gc
import os
import signal
import sys
import weakref
from contextlib import suppress

import pytest

from etl import signals
from etl.errors import Interrupted


def ask(number=signal.SIGTERM):
    os.kill(os.getpid(), number)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_request_to_stop_is_raised_with_its_exit_code(number, code):
    with pytest.raises(Interrupted) as caught, signals.raised():
        ask(number)
    assert caught.value.exit_code == code


def test_a_library_that_takes_every_exception_for_its_own_does_not_take_this_one():
    with pytest.raises(Interrupted), signals.raised(), suppress(Exception):
        ask()


def test_what_was_lost_where_nothing_can_be_raised_is_raised_at_the_next_look(monkeypatch):
    """Python drops what is raised while it collects garbage."""
    unheard = []
    monkeypatch.setattr(sys, "unraisablehook", unheard.append)

    class Circle:
        def __init__(self):
            self.own = self

    with signals.raised() as stop:
        stop.check()
        kept = weakref.ref(Circle(), lambda _gone: ask())
        gc.collect()
        assert (kept(), len(unheard)) == (None, 1)
        with pytest.raises(Interrupted):
            stop.check()


def test_afterwards_signals_do_what_they_did():
    before = signal.getsignal(signal.SIGTERM)
    with signals.raised():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before
