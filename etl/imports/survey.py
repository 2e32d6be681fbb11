"""Looks a file through before anything of it is sent, and compares it with what was sent before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from etl.errors import InputError, RefusedError
from etl.imports.batch import Batch
from etl.imports.history import History
from etl.imports.records import Line, lines
from etl.imports.validate import NAMED, Hashed, Validator, grouped, told

COMPARED = 1000  # lines compared with the books at a time


@dataclass(frozen=True)
class Survey:
    """What a file holds: how many records, how many of them wrong; `digest` knows it again."""

    records: int
    wrong: int
    digest: str


@dataclass(frozen=True)
class Before:
    """What the books have of a file: the `records` that an earlier import read of it."""

    history: History
    batch: Batch
    records: int

    def compare(self, found: Sequence[Line]) -> None:
        """Refuse a file of which a line that is known says something else now."""
        first, last = found[0].place - 1, min(found[-1].place, self.records)
        known = self.history.hashes(self.batch.session, first, last) if first < last else {}
        for line in found:
            if line.place <= self.records and known.get(line.place) != line.content_hash:
                raise RefusedError(
                    f"{self.batch.file}: line {line.number} is another one than was imported from "
                    f"this file into project {self.batch.project_id}; to change its task say "
                    "--key FIELD --update, to have every line there once more say --again"
                )

    def refuse_shorter(self, records: int) -> None:
        """Refuse a file of which lines are missing that are known."""
        if records < self.records:
            raise RefusedError(
                f"{self.batch.file}: the file ends after {records} records, and {self.records} "
                f"were imported from it into project {self.batch.project_id}; to send it as it is "
                "say --again, to import only what is new say --key FIELD"
            )


def survey(
    file: BinaryIO,
    name: str,
    validator: Validator,
    *,
    skip_bad: bool,
    before: Before | None = None,
) -> Survey:
    """Read a file to its end. Raises InputError for what is wrong, unless that is to be skipped.

    Raises RefusedError where it is not what was imported `before`.
    """
    hashed = Hashed(file)
    count, bad, named = 0, 0, list[tuple[Line, str]]()
    for some in grouped(lines(hashed, name), COMPARED):
        if before:
            before.compare(some)
        wrong = [(line, why) for line in some if (why := validator.wrong(line))]
        count, bad = count + len(some), bad + len(wrong)
        named += wrong[: NAMED - len(named)]
    if before:
        before.refuse_shorter(count)
    if not count:
        raise InputError(f"{name}: there is no record in it")
    if bad and not skip_bad:
        raise InputError(told(name, named, bad))
    return Survey(count, bad, hashed.hexdigest())


def imported_before(history: History, project_id: int, name: str, url: str) -> Before | None:
    """Find what the books have of a file whose import has ended. Raises RefusedError.

    Lines that were given up are not in: what has some cannot be added to.
    """
    batch = history.finished(project_id, name, url)
    if batch is None:
        return None
    if history.has_abandoned(batch.session):
        raise RefusedError(
            f"{name}: its import into project {project_id} was given up in the middle; to have "
            "every line there once more say --again, to import what is not there say --key FIELD"
        )
    return Before(history, batch, history.consumed(batch.session))


def refuse_again(
    history: History, where: tuple[int, str], name: str, found: Survey, before: Before | None
) -> None:
    """Refuse a file that is in the project already: `where` is its number and the server's url.

    Raises RefusedError.
    """
    project_id, url = where
    if before and found.records == before.records:
        raise _again(history, name, before.batch)
    other = history.imported(project_id, found.digest, url)
    if other and not (before and before.batch.session == other.session):
        raise _again(history, name, other)


def _again(history: History, name: str, imported: Batch) -> RefusedError:
    project_id = imported.project_id
    when = f" at {imported.submitted_at} UTC" if imported.submitted_at else ""
    begun = [b for b in history.open_in(imported.session) if b.submitted_at]
    on = f"to go on with it as {imported.title} say --resume, " if begun else ""
    return RefusedError(
        f"{name}: this very file was imported into project {project_id}{when}; {on}to have its "
        "tasks there once more say --again, to import only what is new say --key FIELD"
    )
