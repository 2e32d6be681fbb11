"""What one import command does with one source: files, jobs of others, and what was cut."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from etl import extract
from etl.database import Session
from etl.errors import (
    AnnomirrorError,
    ConfigurationError,
    InputError,
    Missing,
    RefusedError,
    SourceError,
    Unreachable,
)
from etl.imports.batch import Batch, BatchStatus, Events
from etl.imports.begun import (
    as_begun,
    begun_elsewhere,
    refuse_elsewhere,
    refuse_not_to_wait,
    refuse_other_options,
)
from etl.imports.follow import failure, watched
from etl.imports.journal import Journal
from etl.imports.options import BatchLimits, ImportOptions, ImportRequest
from etl.imports.reconcile import Context
from etl.imports.transfer import NEED_THE_FILE, FileImport, refuse_again
from etl.imports.validate import STDIN, OpenFile, Validator, became_another, reading, survey
from etl.intake import FAILED, Intake, Job, Questions
from etl.job import Sender
from etl.ledger import Ledger
from etl.stream import Part, Platform, Source

T = TypeVar("T")

GIVE_UP = "to close it as it is: annomirror import --resume --give-up"

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Target:
    """The source that is imported into: what it is, and what speaks to it."""

    source: Source
    platform: Platform
    intake: Intake
    sender: Sender

    def project(self, number: int) -> Part:
        """Find the project. Raises Missing, ConfigurationError for one that is not mirrored."""
        part = self.ask(self.intake.project(number))
        if not self.source.wants(part):
            raise ConfigurationError(
                f"{self.source.name} mirrors only some projects, {part.title!r} ({part.key}) is "
                "none of them; add it to projects, for what is imported is mirrored"
            )
        return part

    def ask(self, questions: Questions[T]) -> T:
        """Carry out questions."""
        return extract.ask(questions, self.sender)


class ImportRun:
    """Imports into one source, written down in its books."""

    def __init__(
        self,
        target: Target,
        session: Session,
        run: Ledger,
        opens: OpenFile,
        expect: Callable[[int], None] = lambda _records: None,
    ) -> None:
        self._target, self._session, self._run = target, session, run
        self._opens, self._expect = opens, expect
        self._journal = Journal(session, target.intake, target.source.name, run.run_id)
        self._history = self._journal.history

    def events(self, request: ImportRequest) -> Events:
        """Do what is asked. Raises SourceError, ConfigurationError, RefusedError."""
        self._confirm()
        if request.project is None:
            yield from self._resume(request)
            return
        number = int(self._target.project(request.project).key)
        if request.watch:
            yield from self._watch(number, request.watch, request)
        for name in request.files:
            yield from self._file(number, name, request)

    def unfinished(self) -> int:
        """Count the batches that are not done with."""
        return len(self._history.unfinished())

    def _confirm(self) -> None:
        """Make sure that we are who the mirror was read by."""
        source = self._target.source
        identity = self._target.ask(self._target.platform.identify(source, thorough=False))
        if identity.realm:
            self._run.confirm(source.name, identity.realm, accept=False)

    # Files

    def _file(self, number: int, name: str, request: ImportRequest) -> Events:
        """Import a file, or go on with it where it was begun."""
        begun = self._history.begun(number, name)
        if begun and not request.again:
            refuse_other_options(begun[0], request.options)
            yield from self._go_on(begun, request)
            return
        if begun:
            yield from self._give_up(begun, request)
        digest = self._surveyed(number, name, request)
        yield from self._files(request.options, request.limits).carry(number, name, digest)

    def _surveyed(self, number: int, name: str, request: ImportRequest) -> str | None:
        """Look a file through before anything of it is sent; give what it is known by."""
        if name == STDIN:
            return None
        validator = Validator(self._target.intake, request.options.key)
        with reading(self._opens, name) as file:
            found = survey(file, name, validator, skip_bad=request.options.skip_bad)
        self._expect(found.records)
        if not (request.again or request.options.key):
            refuse_again(self._history, number, name, found.digest)
        return found.digest

    def _give_up(self, begun: Sequence[Batch], request: ImportRequest) -> Events:
        """Close what was begun, having found out what became of it if that can be."""
        elsewhere = begun_elsewhere(begun[0], self._target.source) is not None
        files = self._files(*as_begun(begun[0].options, request))
        for batch in () if elsewhere else begun:
            try:
                yield from files.settle([batch])
            except (SourceError, ConfigurationError) as error:
                if _passes(error):
                    raise
                log.warning("%s; that batch is given up", error)
        self._journal.give_up(self._history.open_in(begun[0].session), "the file was begun anew")

    def _go_on(self, begun: Sequence[Batch], request: ImportRequest) -> Events:
        """Find out what became of what was sent; then send what was not, and what is new."""
        some = begun[0]
        refuse_elsewhere(some, self._target.source)
        refuse_not_to_wait(some, request.options)
        files = self._files(*as_begun(some.options, request))
        yield from files.settle(begun)
        left = self._history.open_in(some.session)
        if not any(batch.status in NEED_THE_FILE for batch in left):
            if self._may_have_grown(some, request):
                yield from self._grown(files, some, left, request)
            return
        if some.file == STDIN and request.project is None:
            raise InputError(
                "what was sent is in, but standard input was not read to its end; pipe the same "
                f"into: annomirror import {self._target.source.name} --project {some.project_id} -"
            )
        yield from files.go_on(some, left)

    def _may_have_grown(self, some: Batch, request: ImportRequest) -> bool:
        """Tell whether there may be more in a file all of which was sent; what is piped is read."""
        if some.file == STDIN:
            return request.project is not None
        return became_another(self._opens, some.file or STDIN, some.options.get("sha256"))

    def _grown(
        self, files: FileImport, some: Batch, left: Sequence[Batch], request: ImportRequest
    ) -> Events:
        """Send what was added to a file; one that became another is only said to be."""
        try:
            yield from files.go_on(some, left)
        except (InputError, RefusedError) as error:
            if request.project is not None:
                raise
            log.warning("%s; what was sent of it before is in", error)

    def _resume(self, request: ImportRequest) -> Events:
        """Go on with every file that was begun, and with every job that is followed.

        One that cannot be gone on with does not stop the next. Raises what stopped the first.
        """
        sessions: dict[str | None, list[Batch]] = {}
        for batch in self._history.unfinished():
            key = batch.session or f"job {batch.job_id}"
            sessions.setdefault(key, []).append(batch)
        failed: list[AnnomirrorError] = []
        for begun in sessions.values():
            try:
                if begun[0].session is None:
                    yield from self._follow(begun, request)
                else:
                    yield from self._go_on(begun, request)
            except (SourceError, ConfigurationError, RefusedError) as error:
                if not self._closed(begun, error, request):
                    failed.append(error)
        for other in failed[1:]:
            log.error("%s: %s", self._target.source.name, other)
        if failed:
            raise failed[0]

    def _closed(
        self, begun: Sequence[Batch], error: AnnomirrorError, request: ImportRequest
    ) -> bool:
        """Give up what cannot be gone on with, if that is wanted; else say how it can be.

        Where a server does not answer, nothing is given up.
        """
        ids = {batch.id for batch in begun}
        session = begun[0].session
        left = [b for b in self._history.open_in(session) if session or b.id in ids]
        if not left or _passes(error):
            return False
        if not request.give_up:
            error.args = (f"{error}; {GIVE_UP}",)
            return False
        log.warning("%s; given up", error)
        self._journal.give_up(left, str(error))
        return True

    # Jobs begun elsewhere

    def _watch(self, number: int, job_id: int, request: ImportRequest) -> Events:
        """Follow a job that was begun elsewhere. Raises SourceError for one that failed."""
        job = self._job(number, job_id)
        batch = self._history.of_job(job_id, self._target.source.url)
        if batch is None or (batch.status is BatchStatus.FAILED and job.status != FAILED):
            batch = self._journal.begin(
                project_id=number,
                job_id=job_id,
                status=BatchStatus.CREATED,
                submitted_at=job.created_at,
                options={"url": self._target.source.url},
            )
        if batch.status not in (BatchStatus.COMPLETED, BatchStatus.FAILED):
            yield from self._follow([batch], request)
        elif job.status == FAILED:
            raise failure(job)

    def _job(self, number: int, job_id: int) -> Job:
        """Ask after a job. Raises Missing, which says where there is none."""
        try:
            return self._target.ask(self._target.intake.job(number, job_id))
        except Missing as error:
            raise Missing(
                f"{error}; a server that imports while it answers, as the Community edition does, "
                "has no jobs, and another one may have forgotten it",
                error.status,
            ) from error

    def _follow(self, batches: Sequence[Batch], request: ImportRequest) -> Events:
        for batch in batches:
            refuse_elsewhere(batch, self._target.source)
            if batch.session is None:
                yield from watched(self._context(request.options), batch)
            else:
                yield from self._files(request.options).settle([batch])

    def _files(self, options: ImportOptions, limits: BatchLimits | None = None) -> FileImport:
        return FileImport(self._context(options), self._opens, limits or BatchLimits())

    def _context(self, options: ImportOptions) -> Context:
        target = self._target
        return Context(
            source=target.source,
            intake=target.intake,
            stream=target.platform.stream(target.intake.stream),
            sender=target.sender,
            session=self._session,
            journal=self._journal,
            run_id=self._run.run_id,
            options=options,
        )


def _passes(error: AnnomirrorError) -> bool:
    """Tell whether an error is one of a server that does not answer now."""
    later = isinstance(error, Unreachable) and error.status is not None
    return later or (isinstance(error, SourceError) and error.stops_source)
