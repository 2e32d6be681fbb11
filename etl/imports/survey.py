"""Looks a file through before anything of it is sent, and compares it with what was sent before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from etl.errors import InputError, RefusedError
from etl.imports.batch import Batch
from etl.imports.begun import another, shorter
from etl.imports.history import History
from etl.imports.records import Line, lines
from etl.imports.unread import Readable
from etl.imports.validate import NAMED, Hashed, OpenFile, Validator, grouped, reading, told

COMPARED = 1000  # lines compared with the books at a time
ONCE_MORE = (
    "to have its tasks there once more say --again, to import only what is new say --key FIELD"
)


@dataclass(frozen=True)
class Before:
    """What the books have of a file: the `records` that an earlier import read of it, or `begun`.

    Lines that failed or were set aside may have been mended since.
    """

    history: History
    batch: Batch
    records: int
    begun: bool = False

    def compare(self, found: Sequence[Line]) -> dict[int, int]:
        """Refuse a file of which a line that is in says something else now.

        Gives by what the lines that were set aside are known, by their places.
        """
        refused = another if self.begun else _changed
        return compared(self.history, self.batch, found, refused)

    def refuse_shorter(self, records: int) -> None:
        """Refuse a file of which lines are missing that are known."""
        if records >= self.records:
            return
        if self.begun:
            raise shorter(self.batch, records, self.records)
        raise RefusedError(
            f"{self.batch.file}: the file ends after {records} records, and {self.records} "
            f"were imported from it into project {self.batch.project_id}; to send it as it is "
            "say --again, to import only what is new say --key FIELD"
        )


@dataclass
class Seen:
    """Whether all records of a file are in a project, however it is called and laid out."""

    history: History
    project_id: int
    url: str
    all: bool = True
    some: bool = False

    def look(self, found: Sequence[Line]) -> None:
        """Look for some more records in the books, as long as all were there."""
        if not self.all:
            return
        known = self._known({line.content_hash for line in found})
        if rest := [line for line in found if line.content_hash not in known]:
            older = self._known({line.bytes_hash for line in rest})
            self.all, known = all(line.bytes_hash in older for line in rest), known | older
        self.some = self.some or any(known.values())

    def _known(self, hashes: Collection[int]) -> dict[int, bool]:
        return self.history.known(self.project_id, hashes, self.url)


@dataclass(frozen=True)
class Survey:
    """What a file holds: how many records, how many of them wrong; `digest` knows it again.

    So does `content`, however it is laid out. `mended` are those that were set aside by an earlier
    import and say something else now. The file may be `seen`: all of it is in.
    """

    records: int
    wrong: int
    digest: str
    content: str
    mended: int
    seen: bool

    @property
    def known_by(self) -> dict[str, str]:
        """Give what is written down of the file: it is known by either."""
        return {"sha256": self.digest, "content": self.content}

    def says_no_more(self, before: Before) -> bool:
        """Tell whether nothing is to be sent of a file beside what was read of it before."""
        return self.records == before.records and not self.mended


def compared(
    history: History,
    some: Batch,
    found: Sequence[Line],
    refused: Callable[[Batch, Line], RefusedError],
) -> dict[int, int]:
    """Compare lines with the books; give by what those are known there that were set aside.

    Raises RefusedError for a line that is in, or under way, and says something else now.
    """
    first, last = found[0].place - 1, found[-1].place
    known = history.hashes(some.session, first, last)
    for line in found:
        if line.place in known and not line.is_known_as(known[line.place]):
            raise refused(some, line)
    return history.set_aside(some.session, first, last)


def is_mended(line: Line, aside: Mapping[int, int]) -> bool:
    """Tell whether a line says something else now than when it was set aside."""
    return line.place in aside and not line.is_known_as(aside[line.place])


def _changed(imported: Batch, line: Line) -> RefusedError:
    return RefusedError(
        f"{imported.file}: line {line.number} is another one than was imported from this file "
        f"into project {imported.project_id}; to change its task say --key FIELD --update, to "
        "have every line there once more say --again"
    )


def survey(  # noqa: PLR0913  # a file, and what is known of it
    file: Readable,
    name: str,
    validator: Validator,
    *,
    skip_bad: bool,
    before: Before | None = None,
    seen: Seen | None = None,
) -> Survey:
    """Read a file to its end. Raises InputError for what is wrong, unless that is to be skipped.

    Raises RefusedError where it is not what was imported `before`.
    """
    hashed, content = Hashed(file), hashlib.sha256()
    count, bad, mended, named = 0, 0, 0, list[tuple[Line, str]]()
    for some in grouped(lines(hashed, name), COMPARED):
        content.update(b"".join(b"%d " % line.content_hash for line in some))
        aside = before.compare(some) if before else {}
        if seen:
            seen.look(some)
        same = {n.place for n in some if n.place in aside and not is_mended(n, aside)}
        rest = [line for line in some if line.place not in same]
        wrong = [(line, why) for line in rest if (why := validator.wrong(line))]
        count, bad = count + len(some), bad + len(wrong)
        mended += len(aside) - len(same)
        named += wrong[: NAMED - len(named)]
    if before:
        before.refuse_shorter(count)
    if not count:
        raise InputError(f"{name}: there is no record in it")
    if bad and not skip_bad:
        raise InputError(told(name, named, bad))
    known = seen is not None and seen.all and seen.some
    return Survey(count, bad, hashed.hexdigest(), content.hexdigest(), mended, known)


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


def refuse_again(
    history: History, where: tuple[int, str], name: str, found: Survey, before: Before | None
) -> None:
    """Refuse a file that is in the project already: `where` is its number and the server's url.

    Raises RefusedError.
    """
    project_id, url = where
    if before and found.says_no_more(before):
        raise _again(history, name, before.batch)
    exactly = {"sha256": found.digest}  # what is laid out otherwise and in is told of below
    other = history.imported(project_id, exactly if found.seen else found.known_by, url)
    if other and not (before and before.batch.session == other.session):
        raise _again(history, name, other)
    if found.seen:
        raise RefusedError(
            f"{name}: every record of it was imported into project {project_id} before, from a "
            f"file of another name or layout; {ONCE_MORE}"
        )


def refuse_same(name: str, found: Survey, contents: Collection[str]) -> None:
    """Refuse a file that says the same as one before it. Raises RefusedError."""
    if found.content in contents:
        raise RefusedError(f"{name}: another file of this command says the same; name it once")


def _again(history: History, name: str, imported: Batch) -> RefusedError:
    project_id = imported.project_id
    when = f" at {imported.submitted_at} UTC" if imported.submitted_at else ""
    begun = [b for b in history.open_in(imported.session) if b.submitted_at]
    on = f"to go on with it as {imported.title} say --resume, " if begun else ""
    return RefusedError(
        f"{name}: this very file was imported into project {project_id}{when}; {on}{ONCE_MORE}"
    )
