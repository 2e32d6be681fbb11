"""The files of one command: imported one after the other, or gone on with where one was cut."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from etl.errors import InputError, RefusedError
from etl.imports.batch import NEED_THE_FILE, STDIN, Batch, Events
from etl.imports.begun import (
    as_begun,
    begun_elsewhere,
    never_read,
    refuse_elsewhere,
    refuse_not_to_wait,
)
from etl.imports.context import Context
from etl.imports.fates import Fate
from etl.imports.follow import unmade
from etl.imports.giving_up import close
from etl.imports.options import BatchLimits, ImportOptions, ImportRequest
from etl.imports.outstanding import Outstanding
from etl.imports.planning import Planned, Planning
from etl.imports.transfer import FileImport
from etl.imports.validate import became_another
from etl.verdict import passes

log = logging.getLogger(__name__)


class Files:
    """Imports files into one source, each a session of its own in the books."""

    def __init__(self, context: Callable[[ImportOptions], Context]) -> None:
        self._context, self._planning = context, Planning(context)
        plain = context(ImportOptions())
        self._source, self._opens = plain.source, plain.opens
        self._journal, self._history = plain.journal, plain.journal.history

    def carry(self, number: int, request: ImportRequest) -> Events:
        """Import the files of a command, or go on with them where they were begun."""
        if request.options.key:
            yield from self._before_keys(number, request)
        for one in self._planning.planned(number, request):
            if one.goes_on:
                yield from self._gone_on_with(one, request)
            else:
                yield from self._begin(number, one, request)

    def _before_keys(self, number: int, request: ImportRequest) -> Events:
        """Wait for what is under way to a project: keys are compared with what is there.

        A file that is gone on with alone does so itself. Raises SourceError, InputError,
        RefusedError.
        """
        alone = request.files[0] if len(request.files) == 1 and not request.again else None
        sessions: dict[str, list[Batch]] = {}
        for batch in self._history.unfinished(project_id=number):
            elsewhere = begun_elsewhere(batch, self._source)
            if batch.session and batch.submitted_at and not elsewhere and batch.file != alone:
                sessions.setdefault(batch.session, []).append(batch)
        for begun in sessions.values():
            files = self.importer(*as_begun(begun[0].options, request))
            stuck = yield from files.settle(begun)
            close(self._journal, self._source.name, stuck, request)
        yield from Outstanding(self._context(request.options)).refuse(number)

    def _gone_on_with(self, one: Planned, request: ImportRequest) -> Events:
        if one.decided.fate is Fate.GONE_ON_WITH:
            for batch in one.decided.booked:
                self._journal.batches.drop(batch)
        yield from self.go_on(one.batches, request)

    def _begin(self, number: int, one: Planned, request: ImportRequest) -> Events:
        decided = one.decided
        if decided.begun:
            yield from self._give_up(decided.begun, request)
        (booked,) = one.batches or [
            self._journal.batches.book(number, decided.name, one.options, instead=decided.booked)
        ]
        try:
            yield from self.importer(request.options, request.limits).go_on(booked, [booked])
        except InputError:
            self._forget_unsent(booked)
            raise

    def importer(self, options: ImportOptions, limits: BatchLimits | None = None) -> FileImport:
        """Give what imports one file."""
        return FileImport(self._context(options), limits or BatchLimits())

    def _forget_unsent(self, some: Batch) -> bool:
        """Forget what was begun of a file if none of its lines got into the books."""
        if self._history.ever_sent(some.session):
            return False
        for batch in self._history.open_in(some.session):
            self._journal.batches.drop(batch)
        return True

    # What was begun

    def go_on(self, begun: Sequence[Batch], request: ImportRequest) -> Events:
        """Find out what became of what was sent; then send what was not, and what is new."""
        refuse_elsewhere(begun[0], self._source)
        refuse_not_to_wait(begun[0], request.options)
        if never_read(begun):
            begun = self._planning.read_first(begun[0], request)
        if not begun:  # it is in already
            return
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
