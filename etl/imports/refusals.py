"""What the books have of a file whose import has ended or was given up, and what is refused so."""

from __future__ import annotations

from collections.abc import Collection

from etl.errors import RefusedError
from etl.imports.batch import NEED_THE_FILE, Batch
from etl.imports.history import History
from etl.imports.records import lines
from etl.imports.survey import COMPARED, Before, Survey, given_up, in_the_middle
from etl.imports.validate import OpenFile, grouped, reading

ONCE_MORE = (
    "to have its tasks there once more say --again, to import only what is new say --key FIELD"
)


def imported_before(history: History, project_id: int, name: str, url: str) -> Before | None:
    """Find what the books have of a file whose import has ended. Raises RefusedError.

    Lines that were given up are not in: what has some cannot be added to.
    """
    batch = history.finished(project_id, name, url)
    if batch is None:
        return None
    if history.abandoned(batch.session):
        raise in_the_middle(batch)
    return Before(history, batch, history.consumed(batch.session))


def given_up_before(
    history: History, where: tuple[int, str], name: str, opens: OpenFile
) -> Before | None:
    """Find what the books have of a file that was given up, and is taken up again.

    `where` is the number of the project and the server's url. A line that was never sent may say
    something else now. Raises RefusedError where another does, for that may come yet; InputError.
    """
    project_id, url = where
    batch = history.given_up(project_id, name, url)
    finished = history.finished(project_id, name, url)
    if batch is None or (finished and finished.session != batch.session):
        return None
    before = given_up(history, batch)
    may_come = history.consumed(batch.session, fixed=True, loose=before.loose) > 0
    if batch.options.get("key"):
        if may_come:
            raise in_the_middle(batch)
        return None
    left = before.records
    with reading(opens, name) as file:
        for some in grouped(lines(file, name), COMPARED):
            before.compare(some)
            left -= len(some)
    if left > 0 and may_come:
        raise in_the_middle(batch, "it is shorter now, and ")
    return None if left > 0 else before


def elsewhere(
    history: History, where: tuple[int, str], name: str, found: Survey, before: Before | None
) -> RefusedError | None:
    """Tell that all of a file is in under another name: `where` is as above.

    Raises RefusedError for one that was begun under that and is not all sent, or was given up.
    """
    number, url = where
    exactly = {"sha256": found.digest}  # what is laid out otherwise and in is told of below
    other = history.imported(number, exactly if found.seen else found.known_by, url)
    if other and not (before and before.batch.session == other.session):
        if history.ended_early(other.session):
            raise _given_up_as(name, other)
        if any(batch.status in NEED_THE_FILE for batch in history.open_in(other.session)):
            raise _begun_as(name, other)
        return again(history, name, other)
    if found.late:
        raise _given_up_as(name, found.late)
    if found.seen:
        return RefusedError(
            f"{name}: every record of it was imported into project {number} before, or set aside, "
            f"from a file of another name or layout; {ONCE_MORE}"
        )
    return None


def _given_up_as(name: str, imported: Batch) -> RefusedError:
    return RefusedError(
        f"{name}: what it says was to be imported into project {imported.project_id} as "
        f"{imported.title}, and was given up in the middle; to go on with that give the file this "
        f"name again, {ONCE_MORE}"
    )


def _begun_as(name: str, begun: Batch) -> RefusedError:
    return RefusedError(
        f"{name}: this very file was begun as {begun.title} and is not all in project "
        f"{begun.project_id}; to go on with it as {begun.title}, where the file has to be, say "
        f"--resume, {ONCE_MORE}"
    )


def refuse_same(name: str, found: Survey, contents: Collection[str]) -> None:
    """Refuse a file that says the same as one before it. Raises RefusedError."""
    if found.content in contents:
        raise RefusedError(f"{name}: another file of this command says the same; name it once")


def again(history: History, name: str, imported: Batch) -> RefusedError:
    """Say that a file is in, and how it is imported once more."""
    project_id = imported.project_id
    when = f" at {imported.submitted_at} UTC" if imported.submitted_at else ""
    begun = [b for b in history.open_in(imported.session) if b.submitted_at]
    on = f"to go on with it as {imported.title} say --resume, " if begun else ""
    aside = len(history.set_aside(imported.session, 0, history.consumed(imported.session)))
    but = f", {aside} set aside" if aside else ""
    where = "here" if name == imported.file else f"in {imported.title}"
    how = f"to send those, mend them {where} or in a file of their own, " if aside else ""
    return RefusedError(
        f"{name}: this very file was imported into project {project_id}{when}{but}; {on}{how}"
        f"{ONCE_MORE}"
    )
