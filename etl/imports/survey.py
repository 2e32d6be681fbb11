"""Looks a file through before anything of it is sent, and compares it with what was sent before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from etl.errors import InputError, RefusedError
from etl.imports.batch import Batch
from etl.imports.begun import another, shorter
from etl.imports.history import History
from etl.imports.records import Line, lines
from etl.imports.unread import Readable
from etl.imports.validate import NAMED, Hashed, Validator, grouped, told

COMPARED = 1000  # lines compared with the books at a time


class Was(Enum):
    """How far an import had come that the books have."""

    ENDED = auto()
    BEGUN = auto()
    GIVEN_UP = auto()


@dataclass(frozen=True)
class Before:
    """What the books have of a file: the `records` that an earlier import read of it.

    Lines that failed or were set aside may have been mended since, and so may those of `loose`
    batches, which were given up and never sent.
    """

    history: History
    batch: Batch
    records: int
    was: Was = Was.ENDED
    loose: Collection[int] = ()

    def compare(self, found: Sequence[Line]) -> dict[int, int]:
        """Refuse a file of which a line that is in says something else now.

        Gives by what the lines that were set aside are known, by their places.
        """
        refused = {Was.ENDED: _changed, Was.BEGUN: another, Was.GIVEN_UP: _given_up}[self.was]
        return compared(self.history, self.batch, found, refused, self.loose)

    def refuse_shorter(self, records: int) -> None:
        """Refuse a file of which lines are missing that are known."""
        if records >= self.records:
            return
        if self.was is Was.BEGUN:
            raise shorter(self.batch, records, self.records)
        if self.was is Was.GIVEN_UP:
            raise in_the_middle(self.batch)
        aside = len(self.history.set_aside(self.batch.session, 0, self.records))
        rest = f", and {aside} set aside" if aside else ""
        raise RefusedError(
            f"{self.batch.file}: the file ends after {records} records, and {self.records - aside} "
            f"were imported from it into project {self.batch.project_id}{rest}; to send it as it "
            "is say --again, to import only what is new say --key FIELD"
        )


def given_up(history: History, batch: Batch) -> Before:
    """Give what the books have of a file whose import was given up."""
    batches = history.of_session(batch.session)
    loose = frozenset(one.id for one in batches if not one.may_come)
    return Before(history, batch, history.consumed(batch.session), Was.GIVEN_UP, loose)


@dataclass
class Seen:
    """Whether all records of a file are in a project, however it is called and laid out.

    What was given up counts if it may come `late`. A file is not in by being a part of another one
    of its own command: of `commands`, if that was cut. So many records were `there`, of those that
    were looked for until one was not.
    """

    history: History
    project_id: int
    url: str
    commands: Collection[str] = ()
    all: bool = True
    some: bool = False
    late: Batch | None = None
    by_others: bool = True
    there: int = 0

    def look(self, found: Sequence[Line]) -> None:
        """Look for some more records in the books, as long as all were there."""
        if not self.all:
            return
        missing = self._missing({line.content_hash for line in found})
        rest = {line.bytes_hash for line in found if line.content_hash in missing}
        new = self._missing(rest) if rest else ()
        self.there += len(found) - len(new)
        self.all = not new

    def _missing(self, hashes: Collection[int]) -> Collection[int]:
        """Look for records in the books; tell which are not there."""
        known = self.history.known(self.project_id, hashes, self.url)
        rest = set(hashes) - known.keys()
        late = self.history.late(self.project_id, rest, self.url) if rest else {}
        self.late = self.late or next(iter(late.values()), None)
        self.some = self.some or any(known.values()) or bool(late)
        there = set(hashes) - rest | late.keys()
        if there and self.by_others and self.commands:
            others = self.history.known(self.project_id, there, self.url, self.commands)
            self.by_others = others.keys() | late.keys() == there
        return rest - late.keys()

    @property
    def whole(self) -> bool:
        """Tell whether all records of the file were there, each by another file than its own."""
        return self.all and self.some and self.by_others


@dataclass(frozen=True)
class Survey:
    """What a file holds: how many records, how many of them wrong; `digest` knows it again.

    So does `content`, however it is laid out. `mended` are those that were set aside by an earlier
    import and say something else now. The file may be `seen`: all of it is in, or may come `late`.
    """

    records: int
    wrong: int
    digest: str
    content: str
    mended: int
    seen: bool
    late: Batch | None = None

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
    loose: Collection[int] = (),
) -> dict[int, int]:
    """Compare lines with the books; give by what those are known there that were set aside.

    Raises RefusedError for a line that is in, or under way, and says something else now.
    """
    first, last = found[0].place - 1, found[-1].place
    known = history.hashes(some.session, first, last, loose)
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


def _given_up(imported: Batch, line: Line) -> RefusedError:
    return in_the_middle(imported, f"line {line.number} is another one now, and ")


def in_the_middle(imported: Batch, why: str = "") -> RefusedError:
    """Say that a file is not gone on with that was given up; `why`."""
    return RefusedError(
        f"{imported.file}: {why}its import into project {imported.project_id} was given up in the "
        "middle; to have every line there once more say --again, to import what is not there say "
        "--key FIELD"
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
    known = seen is not None and seen.whole
    late = seen.late if seen and known else None
    return Survey(count, bad, hashed.hexdigest(), content.hexdigest(), mended, known, late)
