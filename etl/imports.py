"""What one import command does with one source: files, jobs of others, and what was cut."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from etl import extract
from etl.batch import CREATED, REJECTED, SKIPPED, UPDATED, Batch
from etl.database import Session
from etl.delivery import Delivery
from etl.errors import (
    AnnomirrorError,
    ConfigurationError,
    InputError,
    Missing,
    RefusedError,
    SourceError,
)
from etl.importing import Files, Sizes
from etl.inputs import Line, lines
from etl.intake import ENDED, Intake, Key, Questions
from etl.job import Sender
from etl.journal import Journal
from etl.ledger import Ledger
from etl.sightings import Events, Settled, Sightings, Wishes
from etl.stream import Part, Platform, Source
from etl.survey import STDIN, Judge, Opens, portions, reading, survey

T = TypeVar("T")

log = logging.getLogger(__name__)

COMPARED = 1000  # lines of a rehearsal whose keys are asked for together


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is to be done; without a project, what is unfinished."""

    project: int | None = None
    files: Sequence[str] = ()
    watch: int | None = None
    again: bool = False
    wishes: Wishes = field(default_factory=Wishes)
    sizes: Sizes = field(default_factory=Sizes)


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


class Imports:
    """Imports into one source, written down in its books."""

    def __init__(
        self,
        target: Target,
        session: Session,
        run: Ledger,
        opens: Opens,
        expect: Callable[[int], None] = lambda _records: None,
    ) -> None:
        self._target, self._session, self._run = target, session, run
        self._opens, self._expect = opens, expect
        self.journal = Journal(session, target.intake, target.source.name, run.run_id)

    def events(self, asked: Asked) -> Events:
        """Do what is asked. Raises SourceError, InputError, RefusedError."""
        self._confirm()
        if asked.project is None:
            yield from self._resume(asked)
            return
        number = int(self._target.project(asked.project).key)
        if asked.watch:
            yield from self._watch(number, asked.watch, asked)
        for name in asked.files:
            yield from self._file(number, name, asked)

    def _confirm(self) -> None:
        """Make sure that we are who the mirror was read by."""
        source = self._target.source
        identity = self._target.ask(self._target.platform.identify(source, thorough=False))
        if identity.realm:
            self._run.confirm(source.name, identity.realm, accept=False)

    def _file(self, number: int, name: str, asked: Asked) -> Events:
        """Import a file, or go on with it where it was begun."""
        files = self._files(asked.wishes, asked.sizes)
        begun = files.begun(number, name)
        if begun and not asked.again:
            yield from self._go_on(begun, asked)
            return
        if begun:
            yield from files.settle(begun)
            self.journal.give_up(files.begun(number, name))
        digest = None
        if name != STDIN:
            with reading(self._opens, name) as file:
                found = survey(file, name, files.judge, skip_bad=asked.wishes.skip_bad)
            self._expect(found.records)
            digest = found.digest
        if digest and not (asked.again or asked.wishes.key):
            files.refuse_again(number, name, digest)
        yield from files.carry(number, name, digest)

    def _resume(self, asked: Asked) -> Events:
        """Go on with every file that was begun, and with every job that is followed.

        One that cannot be gone on with does not stop the next. Raises what stopped the first.
        """
        sessions: dict[str | None, list[Batch]] = {}
        for batch in self.journal.recall.unfinished():
            sessions.setdefault(batch.session, []).append(batch)
        failed: list[AnnomirrorError] = []
        for name, begun in sessions.items():
            try:
                if name is None:
                    yield from self._files(asked.wishes, asked.sizes).settle(begun)
                else:
                    yield from self._go_on(begun, asked)
            except (SourceError, InputError, RefusedError) as error:
                failed.append(error)
        for other in failed[1:]:
            log.error("%s: %s", self._target.source.name, other)
        if failed:
            raise failed[0]

    def _go_on(self, begun: Sequence[Batch], asked: Asked) -> Events:
        """Find out what became of what was sent; then send what was not."""
        some = begun[0]
        files = self._files(*_as_begun(some, asked.wishes))
        yield from files.settle(begun)
        left = [b for b in self.journal.recall.unfinished() if b.session == some.session]
        if not files.need_the_file(left):
            return
        if some.file == STDIN and asked.project is None:
            raise InputError(
                "what was sent is in, but standard input was not read to its end; pipe the same "
                f"into: annomirror import {self._target.source.name} --project {some.project_id} -"
            )
        yield from files.go_on(left)

    def _watch(self, number: int, job_id: int, asked: Asked) -> Events:
        """Follow a job that was begun elsewhere. Raises Missing for one that is not there."""
        try:
            job = self._target.ask(self._target.intake.job(number, job_id))
        except Missing as error:
            raise Missing(
                f"{error}; a server that imports while it answers, as the Community edition does, "
                "has no jobs, and another one may have forgotten it",
                error.status,
            ) from error
        batch = self.journal.recall.of_job(job_id) or self.journal.begin(
            project_id=number, job_id=job_id, status="created", submitted_at=job.created_at
        )
        if batch.status not in ENDED:
            yield from self._files(asked.wishes, asked.sizes).settle([batch])

    def _files(self, wishes: Wishes, sizes: Sizes) -> Files:
        target = self._target
        there = Sightings(
            source=target.source,
            intake=target.intake,
            stream=target.platform.stream(target.intake.stream),
            sender=target.sender,
            session=self._session,
            journal=self.journal,
            run_id=self._run.run_id,
            wishes=wishes,
        )
        return Files(delivery=Delivery(there=there), opens=self._opens, sizes=sizes)


def rehearse(target: Target, asked: Asked, opens: Opens) -> Events:
    """Validate the files and what is asked for; send nothing, write nothing."""
    number = int(target.project(asked.project or 0).key)
    judge = Judge(target.intake, asked.wishes.key)
    for name in asked.files:
        if name == STDIN:
            raise ConfigurationError("standard input can be read once; --dry-run needs a file")
        with reading(opens, name) as file:
            found = survey(file, name, judge, skip_bad=asked.wishes.skip_bad)
        yield Settled(REJECTED, found.wrong)
        if judge.name is None:
            yield Settled(CREATED, found.records - found.wrong)
            continue
        with reading(opens, name) as file:
            for some in portions(lines(file, name), COMPARED):
                keys = {key: line for line in some if (key := judge.key(line)) is not None}
                yield from _foretold(target, number, judge.name, keys, asked.wishes)


def _foretold(
    target: Target, number: int, name: str, keys: dict[Key, Line], wishes: Wishes
) -> Events:
    """Tell what would become of some lines, by their keys."""
    there = target.ask(target.intake.existing(number, name, list(keys)))
    differing = [k for k, task in there.items() if target.intake.change(keys[k].raw, task)]
    updated = len(differing) if wishes.update else 0
    yield Settled(UPDATED, updated)
    yield Settled(SKIPPED, len(there) - updated)
    yield Settled(CREATED, len(keys) - len(there))


def _as_begun(batch: Batch, now: Wishes) -> tuple[Wishes, Sizes]:
    """Go on with a file as it was begun; only waiting, and what is skipped, may be told anew."""
    options = batch.options
    wishes = Wishes(
        key=options.get("key"),
        update=bool(options.get("update")),
        skip_bad=bool(options.get("skip_bad")) or now.skip_bad,
        wait=now.wait,
        timeout=now.timeout,
    )
    return wishes, Sizes(lines=int(options["lines"]), bytes=int(options["bytes"]))
