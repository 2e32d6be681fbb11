"""The files of one command: imported one after the other, or gone on with where one was cut."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from etl.errors import ConfigurationError, InputError, RefusedError
from etl.imports.batch import STDIN, Batch, Events
from etl.imports.begun import (
    as_begun,
    begun_elsewhere,
    goes_on,
    never_read,
    refuse_elsewhere,
    refuse_not_to_wait,
)
from etl.imports.context import Context
from etl.imports.follow import unmade
from etl.imports.giving_up import close
from etl.imports.options import BatchLimits, ImportOptions, ImportRequest
from etl.imports.planning import Planning
from etl.imports.survey import Before, refuse_again
from etl.imports.transfer import NEED_THE_FILE, FileImport
from etl.imports.validate import OpenFile, became_another
from etl.verdict import passes

log = logging.getLogger(__name__)


class Files:
    """Imports files into one source, each a session of its own in the books."""

    def __init__(
        self,
        context: Callable[[ImportOptions], Context],
        opens: OpenFile,
        expect: Callable[[int], None],
    ) -> None:
        self._context, self._opens = context, opens
        self._planning = Planning(context, opens, expect)
        plain = context(ImportOptions())
        self._source = plain.source
        self._journal, self._history = plain.journal, plain.journal.history

    def carry(self, number: int, request: ImportRequest) -> Events:
        """Import the files of a command, or go on with them where they were begun."""
        for one in self._planning.planned(number, request):
            if one.begun and goes_on(one.begun, request):
                for batch in one.replaced:
                    self._journal.drop(batch)
                yield from self.go_on(one.begun, request)
                continue
            if one.begun:
                yield from self._give_up(one.begun, request)
            files = self.importer(request.options, request.limits)
            kept = {**one.options, **(one.known_by or {})}
            booked = one.booked or self._journal.book(number, one.name, kept, instead=one.replaced)
            try:
                yield from files.go_on(booked, [booked])
            except InputError:
                self._forget_unsent(booked)
                raise

    def importer(self, options: ImportOptions, limits: BatchLimits | None = None) -> FileImport:
        """Give what imports one file."""
        return FileImport(self._context(options), self._opens, limits or BatchLimits())

    def _forget_unsent(self, some: Batch) -> bool:
        """Forget what was begun of a file if none of its lines got into the books."""
        if self._history.ever_sent(some.session):
            return False
        for batch in self._history.open_in(some.session):
            self._journal.drop(batch)
        return True

    # What was begun

    def go_on(self, begun: Sequence[Batch], request: ImportRequest) -> Events:
        """Find out what became of what was sent; then send what was not, and what is new."""
        refuse_elsewhere(begun[0], self._source)
        refuse_not_to_wait(begun[0], request.options)
        if never_read(begun):
            begun = self._read_first(begun, request)
        some = begun[0]
        files = self.importer(*as_begun(some.options, request))
        stuck = yield from files.settle(begun)
        close(self._journal, self._source.name, stuck, request)
        left = self._history.open_in(some.session)
        if not any(batch.status in NEED_THE_FILE for batch in left):
            if self._may_have_grown(some, request):
                yield from self._grown(files, some, left, request)
            return
        if some.file == STDIN and request.project is None:
            raise self._piped(some)
        yield from files.go_on(some, left)

    def follow(self, batch: Batch, request: ImportRequest) -> Events:
        """Find out what became of one batch that was sent; what needs its file stays open."""
        refuse_elsewhere(batch, self._source)
        files = self.importer(*as_begun(batch.options, request))
        for _, error in (yield from files.settle([batch])):
            raise error
        left = self._history.open_in(batch.session)
        if any(one.id == batch.id and one.status in NEED_THE_FILE for one in left):
            raise unmade(batch, len(self._history.lines(batch)))

    def _piped(self, some: Batch) -> InputError:
        """Say how standard input is gone on with, which nobody can read again."""
        where = f"annomirror import {self._source.name} --project {some.project_id} -"
        if self._forget_unsent(some):
            return InputError(f"nothing of standard input was sent; pipe it anew into: {where}")
        return InputError(
            "what was sent is in, but standard input was not read to its end; pipe the same into: "
            f"{where}"
        )

    def _read_first(self, begun: Sequence[Batch], request: ImportRequest) -> list[Batch]:
        """Look a file through that was booked by a run which died; one that is refused goes."""
        (booked, *_), kept = begun, begun[0].options
        name, number = booked.file or STDIN, booked.project_id
        records = self._history.consumed(booked.session)
        before = Before(self._history, booked, records) if records else None
        options, _ = as_begun(kept, request)
        try:
            anew = options.key or kept.get("again")
            found = self._planning.survey(name, options, before, None if anew else number)
            given_up = not anew and bool(self._history.abandoned(booked.session))
            if not anew and not given_up:
                refuse_again(self._history, (number, self._source.url), name, found, before)
        except (ConfigurationError, RefusedError) as error:
            if not isinstance(error.__cause__, OSError):  # else what it says is not known
                self._journal.drop(booked)
            raise
        if not given_up:
            return self._journal.sign([booked], found.known_by)
        self._journal.take_up(booked, found.known_by)
        return self._history.open_in(booked.session)

    def _may_have_grown(self, some: Batch, request: ImportRequest) -> bool:
        """Tell whether there may be more in a file all of which was sent; what is piped is read."""
        if some.file == STDIN:
            return request.project is not None
        return became_another(self._opens, some.file or STDIN, some.options.get("sha256"))

    def _grown(
        self, files: FileImport, some: Batch, left: Sequence[Batch], request: ImportRequest
    ) -> Events:
        """Send what was added to a file; one that became another is only said to be."""
        last = self._history.last_number(some.session)
        try:
            yield from files.go_on(some, left)
        except (InputError, RefusedError) as error:
            added = self._history.last_number(some.session) > last
            if added or request.project is not None:
                raise
            log.warning("%s; what was sent of it before is in", error)

    def _give_up(self, begun: Sequence[Batch], request: ImportRequest) -> Events:
        """Close what was begun, having found out what became of it if that can be."""
        elsewhere = begun_elsewhere(begun[0], self._source) is not None
        files = self.importer(*as_begun(begun[0].options, request))
        for _, error in (yield from files.settle(() if elsewhere else begun)):
            if passes(error):
                raise error
            log.warning("%s; that batch is given up", error)
        self._journal.give_up(self._history.open_in(begun[0].session), "the file was begun anew")
