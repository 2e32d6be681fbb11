"""What one import command does with one source: files, jobs of others, and what was cut."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from etl import realm
from etl.database import Session
from etl.errors import AnnomirrorError, ConfigurationError, RefusedError, SourceError
from etl.imports.batch import NEED_THE_FILE, Batch, Events
from etl.imports.context import Context, Progress
from etl.imports.files import Files
from etl.imports.giving_up import GO_ON, advise, give_up
from etl.imports.journal import Journal
from etl.imports.options import ImportOptions, ImportRequest
from etl.imports.target import Target
from etl.imports.validate import OpenFile
from etl.imports.watching import Watching
from etl.job import Job
from etl.ledger import Ledger

log = logging.getLogger(__name__)


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
        self._journal = Journal(session, target.intake, target.source.name, run.run_id)
        self._history = self._journal.history
        self._progress, self._opens, self._expect = Progress(), opens, expect
        self._files = Files(self._context)
        self._watching = Watching(target, self._context, self._files)

    def events(self, request: ImportRequest) -> Events:
        """Do what is asked. Raises SourceError, ConfigurationError, RefusedError."""
        try:
            self._confirm()
            yield from self._asked(request)
        except SourceError as error:
            if self._left_open(request):
                advise(error, GO_ON)
            raise

    def _asked(self, request: ImportRequest) -> Events:
        if request.project is None:
            yield from self._resume(request)
            return
        number = int(self._target.project(request.project).key)
        if request.watch:
            yield from self._watching.watch(number, request.watch, request)
        yield from self._files.carry(number, request)

    def _left_open(self, request: ImportRequest) -> bool:
        """Tell whether something of what was asked is not done with."""
        if request.project is None:
            return bool(self._history.unfinished())
        mine = self._history.unfinished(project_id=request.project)
        job = request.watch or 0
        return any(batch.file in request.files or batch.job_id == job for batch in mine)

    def unfinished(self) -> int:
        """Count the batches that are not done with."""
        return len(self._history.unfinished())

    def _confirm(self) -> None:
        """Make sure that we are who the mirror was read by, as a sync does."""
        source, platform = self._target.source, self._target.platform
        job = Job(source=source, platform=platform, sender=self._target.sender, streams=())
        identity = realm.identified(job, self._session).identity
        if identity and identity.realm:
            self._run.confirm(source.name, identity.realm, accept=True)

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
                    yield from self._watching.follow(begun, request)
                else:
                    yield from self._files.go_on(begun, request)
            except (SourceError, ConfigurationError, RefusedError) as error:
                stuck = self._stuck(begun, request)
                if not give_up(self._journal, stuck, error, request):
                    failed.append(error)
        for other in failed[1:]:
            log.error("%s: %s", self._target.source.name, other)
        if failed:
            raise failed[0]

    def _stuck(self, begun: Sequence[Batch], request: ImportRequest) -> Sequence[Batch]:
        """Choose what stays open of a file that cannot be gone on with.

        What is waited for is that which stopped it, or needs the file; else it may be under way.
        """
        session = begun[0].session
        left = self._history.open_in(session) if session else begun
        return [b for b in left if request.options.wait or b.status in NEED_THE_FILE]

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
            opens=self._opens,
            expect=self._expect,
            progress=self._progress,
        )
