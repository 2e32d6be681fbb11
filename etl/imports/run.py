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
)
from etl.imports.batch import CREATED, REJECTED, SKIPPED, UPDATED, Batch, Events, Settled
from etl.imports.deliver import Delivery
from etl.imports.journal import Journal
from etl.imports.options import BatchLimits, ImportOptions, ImportRequest
from etl.imports.reconcile import Reconciler
from etl.imports.records import Line, lines
from etl.imports.transfer import FileImport
from etl.imports.validate import STDIN, OpenFile, Validator, portions, reading, survey
from etl.intake import ENDED, Intake, Key, Questions
from etl.job import Sender
from etl.ledger import Ledger
from etl.stream import Part, Platform, Source

T = TypeVar("T")

log = logging.getLogger(__name__)

COMPARED = 1000  # lines of a rehearsal whose keys are request for together


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
    """ImportRun into one source, written down in its books."""

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
        self.journal = Journal(session, target.intake, target.source.name, run.run_id)

    def events(self, request: ImportRequest) -> Events:
        """Do what is request. Raises SourceError, InputError, RefusedError."""
        self._confirm()
        if request.project is None:
            yield from self._resume(request)
            return
        number = int(self._target.project(request.project).key)
        if request.watch:
            yield from self._watch(number, request.watch, request)
        for name in request.files:
            yield from self._file(number, name, request)

    def _confirm(self) -> None:
        """Make sure that we are who the mirror was read by."""
        source = self._target.source
        identity = self._target.ask(self._target.platform.identify(source, thorough=False))
        if identity.realm:
            self._run.confirm(source.name, identity.realm, accept=False)

    def _file(self, number: int, name: str, request: ImportRequest) -> Events:
        """Import a file, or go on with it where it was begun."""
        files = self._files(request.options, request.limits)
        begun = files.begun(number, name)
        if begun and not request.again:
            yield from self._go_on(begun, request)
            return
        if begun:
            yield from files.settle(begun)
            self.journal.give_up(files.begun(number, name))
        digest = None
        if name != STDIN:
            with reading(self._opens, name) as file:
                found = survey(file, name, files.validator, skip_bad=request.options.skip_bad)
            self._expect(found.records)
            digest = found.digest
        if digest and not (request.again or request.options.key):
            files.refuse_again(number, name, digest)
        yield from files.carry(number, name, digest)

    def _resume(self, request: ImportRequest) -> Events:
        """Go on with every file that was begun, and with every job that is followed.

        One that cannot be gone on with does not stop the next. Raises what stopped the first.
        """
        sessions: dict[str | None, list[Batch]] = {}
        for batch in self.journal.history.unfinished():
            sessions.setdefault(batch.session, []).append(batch)
        failed: list[AnnomirrorError] = []
        for name, begun in sessions.items():
            try:
                if name is None:
                    yield from self._files(request.options, request.limits).settle(begun)
                else:
                    yield from self._go_on(begun, request)
            except (SourceError, InputError, RefusedError) as error:
                failed.append(error)
        for other in failed[1:]:
            log.error("%s: %s", self._target.source.name, other)
        if failed:
            raise failed[0]

    def _go_on(self, begun: Sequence[Batch], request: ImportRequest) -> Events:
        """Find out what became of what was sent; then send what was not."""
        some = begun[0]
        files = self._files(*_as_begun(some, request.options))
        yield from files.settle(begun)
        left = [b for b in self.journal.history.unfinished() if b.session == some.session]
        if not files.need_the_file(left):
            return
        if some.file == STDIN and request.project is None:
            raise InputError(
                "what was sent is in, but standard input was not read to its end; pipe the same "
                f"into: annomirror import {self._target.source.name} --project {some.project_id} -"
            )
        yield from files.go_on(left)

    def _watch(self, number: int, job_id: int, request: ImportRequest) -> Events:
        """Follow a job that was begun elsewhere. Raises Missing for one that is not there."""
        try:
            job = self._target.ask(self._target.intake.job(number, job_id))
        except Missing as error:
            raise Missing(
                f"{error}; a server that imports while it answers, as the Community edition does, "
                "has no jobs, and another one may have forgotten it",
                error.status,
            ) from error
        batch = self.journal.history.of_job(job_id) or self.journal.begin(
            project_id=number, job_id=job_id, status="created", submitted_at=job.created_at
        )
        if batch.status not in ENDED:
            yield from self._files(request.options, request.limits).settle([batch])

    def _files(self, options: ImportOptions, limits: BatchLimits) -> FileImport:
        target = self._target
        there = Reconciler(
            source=target.source,
            intake=target.intake,
            stream=target.platform.stream(target.intake.stream),
            sender=target.sender,
            session=self._session,
            journal=self.journal,
            run_id=self._run.run_id,
            options=options,
        )
        return FileImport(delivery=Delivery(there=there), opens=self._opens, limits=limits)


def rehearse(target: Target, request: ImportRequest, opens: OpenFile) -> Events:
    """Validate the files and what is request for; send nothing, write nothing."""
    number = int(target.project(request.project or 0).key)
    validator = Validator(target.intake, request.options.key)
    for name in request.files:
        if name == STDIN:
            raise ConfigurationError("standard input can be read once; --dry-run needs a file")
        with reading(opens, name) as file:
            found = survey(file, name, validator, skip_bad=request.options.skip_bad)
        yield Settled(REJECTED, found.wrong)
        if validator.name is None:
            yield Settled(CREATED, found.records - found.wrong)
            continue
        with reading(opens, name) as file:
            for some in portions(lines(file, name), COMPARED):
                keys = {key: line for line in some if (key := validator.key(line)) is not None}
                yield from _foretold(target, number, validator.name, keys, request.options)


def _foretold(
    target: Target, number: int, name: str, keys: dict[Key, Line], options: ImportOptions
) -> Events:
    """Tell what would become of some lines, by their keys."""
    there = target.ask(target.intake.existing(number, name, list(keys)))
    differing = [k for k, task in there.items() if target.intake.change(keys[k].raw, task)]
    updated = len(differing) if options.update else 0
    yield Settled(UPDATED, updated)
    yield Settled(SKIPPED, len(there) - updated)
    yield Settled(CREATED, len(keys) - len(there))


def _as_begun(batch: Batch, now: ImportOptions) -> tuple[ImportOptions, BatchLimits]:
    """Go on with a file as it was begun; only waiting, and what is skipped, may be told anew."""
    kept = batch.options
    options = ImportOptions(
        key=kept.get("key"),
        update=bool(kept.get("update")),
        skip_bad=bool(kept.get("skip_bad")) or now.skip_bad,
        wait=now.wait,
        timeout=now.timeout,
    )
    return options, BatchLimits(lines=int(kept["lines"]), bytes=int(kept["bytes"]))
