"""Carries one file into a platform, batch by batch, and goes on where its import was cut.

A file that was begun is read again from its beginning: what the books have of it is compared, so
that a file which changed meanwhile is not taken for the one that was sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from etl.errors import InputError, SourceError
from etl.imports.batch import NEED_THE_FILE, STDIN, Batch, BatchStatus, Events, LineOutcome, Settled
from etl.imports.begun import another, shorter
from etl.imports.context import Context, Looked
from etl.imports.deliver import Delivery
from etl.imports.giving_up import Stuck
from etl.imports.options import BatchLimits
from etl.imports.records import Line, lines
from etl.imports.survey import COMPARED, compared, is_mended
from etl.imports.validate import Hashed, Validator, grouped, reading, told
from etl.intake import Key

HELD = 100_000_000  # bytes of mended lines of standard input, which cannot be read once more
BRACKETS = 2  # bytes around the lines of a request


class Chunk(NamedTuple):
    """Lines that go into one batch, and what they are called outside, by their places."""

    lines: list[Line]
    keys: dict[int, Key]
    last: bool


class FileImport:
    """Imports files, each a session of its own in the books."""

    def __init__(self, context: Context, limits: BatchLimits) -> None:
        self._context, self._opens, self._limits = context, context.opens, limits
        self._journal, self._history = context.journal, context.journal.history
        self._delivery = Delivery(context)
        self._validator = Validator(context.intake, context.options.key)

    def settle(self, open_ones: Iterable[Batch]) -> Looked[list[Stuck]]:
        """Find out what became of batches that were sent, which needs no file.

        One that cannot be gone on with does not stop the next: gives those. Raises SourceError
        where no other would fare better.
        """
        stuck: list[Stuck] = []
        for batch in open_ones:
            try:
                yield from self._settle(batch)
            except (SourceError, InputError) as error:
                if isinstance(error, SourceError) and error.stops_source:
                    raise
                stuck.append(Stuck(batch, error))
        yield from self._delivery.duplicates.looked_again()
        return stuck

    def _settle(self, batch: Batch) -> Events:
        found = self._history.lines(batch)
        if batch.status is BatchStatus.SENDING:
            yield from self._delivery.find(batch, found)
        elif batch.status is BatchStatus.TAKEN:
            yield from self._delivery.finish(batch, found)
        elif batch.status is BatchStatus.FAILED and batch.submitted_at:
            yield from self._delivery.recover(batch, found)
        elif batch.status is BatchStatus.PREPARED and not found:
            yield from self._delivery.close(batch)
        elif batch.status not in NEED_THE_FILE:
            yield from self._delivery.follow(batch, found)

    def go_on(self, some: Batch, open_ones: Sequence[Batch]) -> Events:
        """Read the file of `some` batch for the batches that need it, and then on to its end."""
        before = {batch.id for batch in self._history.of_session(some.session)}
        begun = self._history.consumed(some.session)
        open_ones = self._given_back(open_ones)
        unread = next((b for b in open_ones if b.status is BatchStatus.READING), None)
        waiting = [b for b in open_ones if b.status is not BatchStatus.READING]
        consumed = self._history.consumed(some.session)
        name = some.file or STDIN
        with reading(self._opens, name) as file:
            hashed = Hashed(file)
            read = lines(hashed, name)
            yield from self._again(some, waiting, read, consumed)
            yield from self._on(some, unread, read, consumed, begun=begun)
        yield from self._delivery.retries.try_again(last=True)
        before -= {batch.id for batch in open_ones}
        read_now = [b for b in self._history.of_session(some.session) if b.id not in before]
        self._journal.batches.sign(read_now, {"sha256": hashed.hexdigest()})
        yield from self._delivery.duplicates.looked_again()

    def _given_back(self, open_ones: Sequence[Batch]) -> Sequence[Batch]:
        """Have the last batch read anew that failed or was never sent: its file may be mended."""
        found = [b for b in open_ones if b.status in NEED_THE_FILE]
        mended = [b for b in found if b.may_be_mended]
        if not mended:
            return found
        last = max(mended, key=lambda batch: (batch.status is BatchStatus.FAILED, batch.id))
        if not self._history.can_be_read_anew(last):
            return found
        opens = all(batch.status is not BatchStatus.READING for batch in found)
        self._journal.give_back(last, opens=opens)
        return [b for b in self._history.open_in(last.session) if b.status in NEED_THE_FILE]

    # What has been read before

    def _again(
        self, some: Batch, waiting: Sequence[Batch], read: Iterator[Line], consumed: int
    ) -> Events:
        """Read what the books have, and send of it what is not in."""
        wanted = {line.place: batch for batch in waiting for line in self._history.lines(batch)}
        ends = {batch.id: place for place, batch in wanted.items()}
        found: dict[int, list[Line]] = {batch.id: [] for batch in waiting}
        mended = dict[int, int]()  # what they are known by; they may be too many to be held
        held, space = list[Line](), HELD
        for some_lines in read_before(some, read, consumed):
            aside = compared(self._history, some, some_lines, another)
            new = [line for line in some_lines if is_mended(line, aside)]
            mended |= {line.place: line.content_hash for line in new}
            if some.file == STDIN:  # which is read once
                held += new
                space -= sum(len(line.raw) for line in new)
                if space < 0:
                    raise _too_many()
            for line in some_lines:
                batch = wanted.get(line.place)
                if batch is None:
                    continue
                found[batch.id].append(line)
                if ends[batch.id] == line.place:
                    yield from self._send_again(batch, found.pop(batch.id))
        if mended:  # when nothing is found to be another line
            yield from self._mended(some, held or self._read_anew(some, mended))

    def _read_anew(self, some: Batch, known: Mapping[int, int]) -> Iterator[Line]:
        """Read some lines of a file once more. Raises RefusedError for one that changed."""
        name = some.file or STDIN
        with reading(self._opens, name) as file:
            for line in islice(lines(file, name), max(known)):
                if line.place not in known:
                    continue
                if line.content_hash != known[line.place]:
                    raise another(some, line)
                yield line

    def _mended(self, some: Batch, found: Iterable[Line]) -> Events:
        """Send lines that were set aside and say something else now, in batches of their own."""
        for chunk in cut(found, self._validator, self._limits):
            batch = self._journal.reopen(some, chunk.lines, chunk.keys)
            yield from self._send_again(batch, chunk.lines)

    def _send_again(self, batch: Batch, found: Sequence[Line]) -> Events:
        """Send what is open of a batch; of one that may be mended, as its lines say now.

        The lines of one that failed, or that have one key now, go to batches of their own.
        """
        wrong = self._wrong(batch, found)
        if wrong:
            self._journal.reject(batch, wrong)
            yield Settled(LineOutcome.REJECTED, len(wrong))
            bad = {line.place for line, _ in wrong}
            found = [line for line in found if line.place not in bad]
        if not batch.may_be_mended:
            yield from self._delivery.deliver(batch, found, begun=True)
            return
        chunks = list(cut(found, self._validator, self._limits))
        keys = {place: key for chunk in chunks for place, key in chunk.keys.items()}
        self._journal.reread(batch, found, keys)
        failed = batch.status is BatchStatus.FAILED
        if not failed and len(chunks) <= 1:
            yield from self._delivery.deliver(batch, found, begun=True)
            return
        groups = [chunk.lines for chunk in chunks]
        for each, group in zip(self._journal.part(batch, None, [], groups), groups, strict=True):
            yield from self._delivery.deliver(each, group, begun=not failed)

    # What is new

    def _on(
        self, some: Batch, unread: Batch | None, read: Iterator[Line], consumed: int, *, begun: int
    ) -> Events:
        """Send what is not in the books, batch by batch; up to `begun` it was there before."""
        for chunk in cut(read, self._validator, self._limits):
            batch = unread or self._journal.batches.begin_next(some)
            wrong = self._wrong(batch, chunk.lines)
            why = {line.place: said for line, said in wrong}
            batch, unread = self._journal.prepare(
                batch, chunk.lines, chunk.keys, why, last=chunk.last
            )
            consumed += len(chunk.lines)
            if wrong:
                yield Settled(LineOutcome.REJECTED, len(wrong))
            good = [line for line in chunk.lines if line.place not in why]
            yield from self._delivery.deliver(batch, good, begun=chunk.lines[0].place <= begun)
            yield from self._delivery.retries.try_again()
        if unread is not None:
            self._journal.batches.drop(unread)
        if not consumed:
            raise InputError(f"{some.title}: there is no record in it")

    def _wrong(self, batch: Batch, found: Sequence[Line]) -> list[tuple[Line, str]]:
        """Tell what is wrong with lines by themselves. Raises InputError, unless it is skipped."""
        wrong = [(line, why) for line in found if (why := self._validator.wrong(line))]
        if wrong and not self._context.options.skip_bad:
            raise InputError(told(batch.title, wrong))
        return wrong


def cut(read: Iterable[Line], validator: Validator, limits: BatchLimits) -> Iterator[Chunk]:
    """Cut lines into batches by number and size as sent; none has two lines of one key."""
    found: list[Line] = []
    keys: dict[int, Key] = {}
    seen: set[Key] = set()
    size = BRACKETS
    for line in read:
        key, length = validator.key(line), validator.size(line)
        full = len(found) >= limits.lines or size + length > limits.bytes
        if found and (full or key in seen):
            yield Chunk(found, keys, last=False)
            found, keys, seen, size = [], {}, set(), BRACKETS
        found.append(line)
        size += length
        if key is not None:
            keys[line.place] = key
            seen.add(key)
    if found:
        yield Chunk(found, keys, last=True)


def read_before(some: Batch, read: Iterator[Line], consumed: int) -> Iterator[list[Line]]:
    """Read the lines the books have, some at a time. Raises InputError for a shorter file."""
    left = consumed
    for found in grouped(islice(read, consumed), COMPARED):
        left -= len(found)
        yield found
    if left:
        raise shorter(some, consumed - left, consumed)


def _too_many() -> InputError:
    return InputError(
        f"standard input: more than {HELD:,} bytes of lines that were set aside say something "
        "else now; pipe them as they were, and these from a file of their own"
    )
