"""A program that dies at any of its transactions, and is begun again: each line is one task."""

import pytest

from etl import client
from etl.database import Session
from importer import Died

LINES = range(1, 6)  # in two batches
FAR = 10**6


class Deadly:
    """Ends the program at its n-th commit, before or after; the dead say and write nothing."""

    def __init__(self, monkeypatch):
        self.left, self.after, self.dead = FAR, False, False
        commit, execute, send = (
            Session._commit,
            Session._execute,
            client.Client.send,
        )  # where a kill strikes

        def dying(session, command):
            self.left -= 1
            if self.left == 0 and not self.after:
                self.die()
            commit(session, command)
            if self.left == 0:
                self.die()

        def executing(session, sql, values=()):
            if self.dead and not sql.startswith("ROLLBACK"):  # which a database does by itself
                raise Died
            return execute(session, sql, values)

        def sending(sender, request):
            if self.dead:
                raise Died
            return send(sender, request)

        monkeypatch.setattr(Session, "_commit", dying)
        monkeypatch.setattr(Session, "_execute", executing)
        monkeypatch.setattr(client.Client, "send", sending)

    def die(self):
        self.dead = True
        raise Died

    def at(self, number, *, after):
        self.left, self.after, self.dead = number, after, False


@pytest.fixture
def deadly(monkeypatch):
    return Deadly(monkeypatch)


def died(site, *arguments):
    try:
        site.put(*arguments)
    except Died:
        return True
    return False


def anew(site):
    """Begin with an empty project and no mirror."""
    site.server.faults.clear()
    site.server.requests.clear()
    site.server.state.delete_project(site.project.id)
    site.project = site.server.state.add_project("Boxes", site.project.label_config)
    (site.folder / "mirror.db").unlink(missing_ok=True)


def gone_on_with(site, file, *options):
    code, said = site.put("--resume")
    assert (code, said["unfinished"]) == (0, 0), said
    if not site.there:  # it died before the import was begun
        site.imported(file, *options)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    ("kind", "after"),
    [(kind, after) for kind in ("key", "key there", "skip bad") for after in (False, True)],
)
def test_no_batch_stays_open_of_which_no_line_is(site, images, deadly, after, kind):
    records = images(len(LINES))
    if kind == "skip bad":
        records[:2] = [5, 6]
    file = site.file(records)
    option = ("--skip-bad",) if kind == "skip bad" else ("--key", "n")
    number, over = 0, False
    while not over:
        number += 1
        anew(site)
        if kind == "key there":
            site.server.state.import_tasks(site.project.id, records)
        deadly.at(number, after=after)
        over = not died(site, file, "--batch-size", "2", *option)
        deadly.at(FAR, after=after)
        if not over:
            code, said = site.put("--resume")
            assert (code, said["unfinished"]) == (0, 0), (number, said)
            if not site.batches("id"):  # it died before the import was begun
                site.imported(file, *option)
        outcome = {"key": "created", "key there": "skipped", "skip bad": "rejected"}[kind]
        first, last = [o for (o,) in site.items("outcome")][:: len(LINES) - 1]
        assert (first, last) == (outcome, "created" if kind == "skip bad" else outcome)
        assert {s for (s,) in site.batches("status")} <= {"completed"}
    assert number > 12


def test_what_the_server_counted_is_in_the_books_with_its_answer(site, images, deadly):
    file = site.file(images(len(LINES)))
    number, over, taken = 0, False, 0
    while not over:
        number += 1
        anew(site)
        deadly.at(number, after=True)
        over = not died(site, file)
        deadly.at(FAR, after=True)
        if site.batches("status") == [("taken",)]:
            taken += 1
            assert site.batches("task_count") == [(len(LINES),)]
    assert taken


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("fault", [None, {"cut_after": 0}], ids=["answered", "answer lost"])
def test_an_import_that_died_at_any_transaction_is_gone_on_with(site, images, deadly, after, fault):
    file = site.file(images(len(LINES)))
    options = ("--batch-size", "3")
    number, over = 0, False
    while not over:
        number += 1
        anew(site)
        if fault:
            site.goes_wrong(**fault)
        deadly.at(number, after=after)
        over = not died(site, file, *options)
        deadly.at(FAR, after=after)
        if not over:
            gone_on_with(site, file, *options)
        site.once(LINES)
    assert number > 12


def test_an_import_may_die_at_every_transaction_it_comes_to(site, images, deadly):
    """Each run gets a few transactions further than the last one."""
    file = site.file(images(len(LINES)))
    site.run("sync")
    runs = 0
    deadly.at(4, after=False)
    while died(site, file, "--batch-size", "2"):
        runs += 1
        deadly.at(4 + runs % 3, after=runs % 2 == 0)
    deadly.at(FAR, after=False)
    assert runs > 3
    site.once(LINES)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("again", ["--resume", "the same"])
def test_a_file_that_was_given_up_may_die_at_any_transaction_of_being_taken_up(
    site, images, deadly, again
):
    file = site.file(images(len(LINES)))
    number, over = 0, False
    while not over:
        number += 1
        anew(site)
        given_up(site, file)
        deadly.at(number, after=False)
        over = not died(site, file)
        deadly.at(FAR, after=False)
        if again == "the same" and not over:
            assert site.put(file)[0] in (0, 5), number  # all was in
            assert site.numbers == [*LINES], number
        site.imported("--resume")
        if site.items("position", where="outcome = 'abandoned'"):
            assert site.batches("status") == [("completed",), ("failed",)]  # nothing was booked
            site.imported(file)
        assert site.numbers == [*LINES], number
    assert number > 8


def given_up(site, file):
    """Import a file in part, and give the rest of it up."""
    site.goes_wrong(skip=1, times=None, status=403, body=b"{}")
    site.put(file, "--batch-size", "3")
    site.server.faults.clear()
    (site.folder / file).rename(site.folder / "away")
    assert site.imported("--resume", "--give-up") == {}
    (site.folder / "away").rename(site.folder / file)
    assert site.items("position", where="outcome = 'abandoned'") == [(4,), (5,)]
