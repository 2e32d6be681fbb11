"""What the books have of a file whose import has ended or was given up, and what is refused so."""

from __future__ import annotations

from collections.abc import Collection

from etl.errors import InputError, RefusedError
from etl.imports.batch import Batch
from etl.imports.begun import another
from etl.imports.history import History
from etl.imports.records import lines
from etl.imports.survey import COMPARED, Before, Survey, compared
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
        raise RefusedError(
            f"{name}: its import into project {project_id} was given up in the middle; to have "
            "every line there once more say --again, to import what is not there say --key FIELD"
        )
    return Before(history, batch, history.consumed(batch.session))


def given_up_before(
    history: History, where: tuple[int, str], name: str, opens: OpenFile
) -> Before | None:
    """Find what the books have of a file that was given up, if it says the same still.

    `where` is the number of the project and the server's url.
    """
    project_id, url = where
    batch = history.given_up(project_id, name, url)
    finished = history.finished(project_id, name, url)
    if batch is None or batch.options.get("key"):
        return None
    if finished and finished.session != batch.session:
        return None
    records = left = history.consumed(batch.session)
    try:
        with reading(opens, name) as file:
            for some in grouped(lines(file, name), COMPARED):
                compared(history, batch, some, another)
                left -= len(some)
    except (InputError, RefusedError):
        return None
    return None if left > 0 else Before(history, batch, records)


def elsewhere(
    history: History, where: tuple[int, str], name: str, found: Survey, before: Before | None
) -> RefusedError | None:
    """Tell that all of a file is in under another name: `where` is as above."""
    number, url = where
    other = history.imported(number, found.digest, url)
    if other and not (before and before.batch.session == other.session):
        return again(history, name, other)
    if found.seen:
        return RefusedError(
            f"{name}: every record of it was imported into project {number} before, from a file "
            f"of another name or layout; {ONCE_MORE}"
        )
    return None


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
    return RefusedError(
        f"{name}: this very file was imported into project {project_id}{when}; {on}{ONCE_MORE}"
    )
