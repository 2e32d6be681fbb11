"""Carries files into a platform, batch by batch, and goes on where an import was cut.

A file that was begun is read again from its beginning: what the books have of it is compared, so
that a file which changed meanwhile is not taken for the one that was sent.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from etl.errors import InputError, RefusedError
from etl.imports.batch import PREPARED, READING, REJECTED, SENDING, TAKEN, Batch, Events, Settled
from etl.imports.deliver import Delivery
from etl.imports.options import BatchLimits
from etl.imports.records import Line, lines
from etl.imports.validate import STDIN, OpenFile, Validator, reading, told
from etl.intake import FAILED, Key

COMPARED = 1000  # lines compared with the books at a time


@dataclass(kw_only=True)
class FileImport:
    """The files of one import command, each a session of its own in the books."""

    delivery: Delivery
    opens: OpenFile
    limits: BatchLimits

    @property
    def validator(self) -> Validator:
        """What tells a wrong line."""
        return Validator(self.delivery.intake, self.delivery.options.key)

    def begun(self, project_id: int, name: str) -> list[Batch]:
        """Find the open batches of a file whose import was cut."""
        found = self.delivery.journal.history.unfinished()
        return [b for b in found if b.session and (b.project_id, b.file) == (project_id, name)]

    def carry(self, project_id: int, name: str, digest: str | None) -> Events:
        """Import a file from its beginning."""
        options, limits = self.delivery.options, self.limits
        first = self.delivery.journal.begin(
            project_id=project_id,
            session=secrets.token_hex(6),
            batch=1,
            file=name,
            options={"sha256": digest, **options.kept(), **limits.kept()},
        )
        yield from self.go_on([first])

    def refuse_again(self, project_id: int, name: str, digest: str) -> None:
        """Refuse a file that is in the project already. Raises RefusedError."""
        for batch in self.delivery.journal.history.finished(project_id):
            if batch.options.get("sha256") == digest:
                raise RefusedError(
                    f"{name}: this very file was imported into project {project_id} at "
                    f"{batch.submitted_at} UTC; to have its tasks there once more say --again, to "
                    "import only what is new say --key FIELD"
                )

    @staticmethod
    def need_the_file(open_ones: Iterable[Batch]) -> bool:
        """Tell whether batches cannot be gone on with but by reading their file."""
        return any(batch.status in (READING, PREPARED, FAILED) for batch in open_ones)

    def settle(self, open_ones: Iterable[Batch]) -> Events:
        """Find out what became of batches that were sent, which needs no file."""
        for batch in open_ones:
            found = self.delivery.journal.history.lines(batch)
            if batch.status == SENDING:
                yield from self.delivery.find(batch, found)
            elif batch.status == TAKEN:
                yield from self.delivery.finish(batch, found)
            elif batch.status not in (READING, PREPARED, FAILED):
                yield from self.delivery.follow(batch, found)

    def go_on(self, open_ones: Sequence[Batch]) -> Events:
        """Read a file for the batches that need it, and then on to its end."""
        some = open_ones[0]
        open_ones = self._given_back(open_ones)
        unread = next((batch for batch in open_ones if batch.status == READING), None)
        waiting = [batch for batch in open_ones if batch.status in (PREPARED, FAILED)]
        consumed = self.delivery.journal.history.consumed(some.session)
        with reading(self.opens, some.file or STDIN) as file:
            read = lines(file, some.file or STDIN)
            yield from self._again(some, waiting, read, consumed)
            if unread:
                yield from self._on(unread, read, consumed)

    def _given_back(self, open_ones: Sequence[Batch]) -> Sequence[Batch]:
        """Have the last batch read anew where it failed: its file may have been mended since."""
        journal = self.delivery.journal
        last = max(open_ones, key=lambda batch: (batch.status == FAILED, batch.id))
        if last.status != FAILED or not journal.history.can_be_read_anew(last):
            return open_ones
        journal.give_back(last, opens=all(batch.status != READING for batch in open_ones))
        return [b for b in journal.history.unfinished() if b.session == last.session]

    def _again(
        self, some: Batch, waiting: Sequence[Batch], read: Iterator[Line], consumed: int
    ) -> Events:
        """Read what the books have, and send of it what is not in."""
        journal = self.delivery.journal
        wanted = {line.place: batch for batch in waiting for line in journal.history.lines(batch)}
        ends = {batch.id: place for place, batch in wanted.items()}
        found: dict[int, list[Line]] = {batch.id: [] for batch in waiting}
        for some_lines in _portions(read, consumed):
            self._compare(some, wanted, some_lines)
            for line in some_lines:
                batch = wanted.get(line.place)
                if batch is None:
                    continue
                found[batch.id].append(line)
                if ends[batch.id] == line.place:
                    yield from self._send_again(batch, found.pop(batch.id))

    def _send_again(self, batch: Batch, found: Sequence[Line]) -> Events:
        """Send a batch that never was, or the lines of one that failed as a batch of their own."""
        wrong = [(line, why) for line in found if (why := self.validator.wrong(line))]
        if wrong and not self.delivery.options.skip_bad:
            raise InputError(told(batch.file or STDIN, wrong))
        if wrong:
            self.delivery.journal.reject(batch, wrong)
            yield Settled(REJECTED, len(wrong))
            found = [line for line in found if not self.validator.wrong(line)]
        if batch.status == FAILED:
            self.delivery.journal.rehash(batch, found)
            (batch,) = self.delivery.journal.part(batch, None, [], [found])
        yield from self.delivery.deliver(batch, found)

    def _compare(self, some: Batch, wanted: dict[int, Batch], found: Sequence[Line]) -> None:
        """Refuse a file that is another one than was sent; what failed may have been mended."""
        if not found:
            return
        first, last = found[0].place - 1, found[-1].place
        known = self.delivery.journal.history.hashes(some.session, first, last)
        for line in found:
            mended = line.place in wanted and wanted[line.place].status == FAILED
            if not mended and known.get(line.place) != line.content_hash:
                raise RefusedError(
                    f"{some.file}: line {line.number} is another one than when this file's import "
                    f"into project {some.project_id} was begun; bring the old file back, or begin "
                    "anew with --again, which sends every line of it"
                )

    def _on(self, batch: Batch, read: Iterator[Line], consumed: int) -> Events:
        """Send what has not been read before, batch by batch."""
        after: Batch | None = batch
        for found, keys, last in self._batches(read):
            batch = after or batch  # there is one after every batch but the last
            named = [(line, why) for line in found if (why := self.validator.wrong(line))]
            if named and not self.delivery.options.skip_bad:
                raise InputError(told(batch.file or STDIN, named))
            wrong = {line.place: why for line, why in named}
            after = self.delivery.journal.prepare(batch, found, keys, wrong, last=last)
            if named:
                yield Settled(REJECTED, len(named))
            good = [line for line in found if line.place not in wrong]
            yield from self.delivery.deliver(batch, good)
        if after is not None:
            self.delivery.journal.drop(after)
            if after is batch and not consumed:
                raise InputError(f"{after.file}: there is no record in it")

    def _batches(self, read: Iterator[Line]) -> Iterator[tuple[list[Line], dict[int, Key], bool]]:
        """Cut lines into batches by number and size; none has two lines of one key."""
        found: list[Line] = []
        keys: dict[int, Key] = {}
        size = 0
        for line in read:
            key = self.validator.key(line)
            full = len(found) >= self.limits.lines or size + len(line.raw) > self.limits.bytes
            if found and (full or (key is not None and key in keys.values())):
                yield found, keys, False
                found, keys, size = [], {}, 0
            found.append(line)
            size += len(line.raw)
            if key is not None:
                keys[line.place] = key
        if found:
            yield found, keys, True


def _portions(read: Iterator[Line], consumed: int) -> Iterator[list[Line]]:
    """Read as many lines as the books have, in portions. Raises InputError for a shorter file."""
    left = consumed
    while left > 0:
        found = list(islice(read, min(left, COMPARED)))
        if not found:
            raise InputError(f"the file ends after {consumed - left} records, {consumed} were read")
        left -= len(found)
        yield found
