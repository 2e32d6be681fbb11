"""What a run shows on a terminal while it goes on."""

import io

from etl.cli.progress import Progress
from etl.ledger import StreamReport
from etl.merge import Counts
from etl.source import Part
from etl.sync import Began, Committed, Finished


class Terminal(io.StringIO):
    def isatty(self):
        return True


def follow(terminal):
    with Progress(terminal) as progress:
        progress.show(Began("labels", "users", 1))
        progress.show(Finished(StreamReport("labels", "users")))
        progress.show(Began("labels", "tasks", 1))
        progress.show(Committed("labels", "tasks", Part("9"), Counts(read=50), 150))
        progress.show(Committed("labels", "tasks", Part("9"), Counts(read=150), 0))
        progress.show(Finished(StreamReport("labels", "tasks")))


def test_a_terminal_sees_how_far_each_stream_is():
    terminal = Terminal()
    follow(terminal)
    said = terminal.getvalue()
    assert "labels/tasks" in said
    assert "50/200" in said
    assert "200/200" in said.splitlines()[-1]
    assert "labels/users" not in said  # nothing of it came


def test_without_a_terminal_there_is_nothing_to_draw_on():
    follow(None)
