"""Looks through all files of a command and books them, before anything of any is sent.

Each is in the books before it is looked through, so that --resume knows of it if the run dies
meanwhile. One that was given up is in the books already, and is compared with them before. A
command that is refused leaves the books as it found them.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from etl.errors import ConfigurationError, RefusedError
from etl.imports.batch import STDIN, Batch
from etl.imports.begun import (
    as_begun,
    goes_on,
    left_open,
    refuse_elsewhere,
    refuse_not_to_wait,
    refuse_other_options,
)
from etl.imports.context import Context
from etl.imports.history import History
from etl.imports.options import ImportOptions, ImportRequest
from etl.imports.survey import (
    Before,
    Seen,
    Survey,
    given_up_before,
    imported_before,
    refuse_again,
    refuse_same,
    survey,
)
from etl.imports.validate import OpenFile, Validator, reading

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A file to be imported: what of it is open, what was booked for it, what it is known by.

    What only booked it before is `replaced`; what was `given_up` of it is taken up again; `done`
    is one that this very command has imported before it was cut. With the `options` it is booked.
    """

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    begun: Sequence[Batch] = ()
    replaced: Sequence[Batch] = ()
    booked: Batch | None = None
    before: Before | None = None
    done: bool = False
    given_up: bool = False
    known_by: Mapping[str, str] | None = None


class Planning:
    """Looks files through and books them, for one source."""

    def __init__(
        self,
        context: Callable[[ImportOptions], Context],
        opens: OpenFile,
        expect: Callable[[int], None],
    ) -> None:
        self._opens, self._expect = opens, expect
        plain = context(ImportOptions())
        self._source, self._intake = plain.source, plain.intake
        self._journal, self._history = plain.journal, plain.journal.history

    def planned(self, number: int, request: ImportRequest) -> list[Planned]:
        """Book every file, then look each through; leave out what is in.

        Raises ConfigurationError, RefusedError.
        """
        found = [self._found(number, name) for name in request.files]
        left = [batch for one in found for batch in (*one.begun, *one.replaced)]
        commands = cut_commands(left) or [secrets.token_hex(6)]
        booked: list[Planned] = []
        try:
            for one in found:
                booked.append(self._booked(number, one, request, commands))  # noqa: PERF401  # some may be booked
            contents: set[str] = set()
            surveyed = [self._surveyed(number, one, request, contents) for one in booked]
        except (ConfigurationError, RefusedError):
            for one in booked:
                if one.booked:
                    self._journal.take_back(one.booked, one.replaced)
            raise
        return [self._signed(one) for one in surveyed if not self._passed_over(one)]

    def _found(self, number: int, name: str) -> Planned:
        """Tell what is open of a file: begun, or only booked, which is done anew."""
        begun, booked = left_open(self._history, number, name)
        return Planned(name=name, begun=begun, replaced=booked)

    def _booked(
        self, number: int, one: Planned, request: ImportRequest, commands: Sequence[str]
    ) -> Planned:
        if one.begun and goes_on(one.begun, request):
            refuse_other_options(one.begun[0], request.options)
            return one
        kept = request.kept(self._source.url, command=commands[0])
        if one.begun or one.name == STDIN:
            return replace(one, options=kept)
        given_up = self._given_up(number, one.name, request)
        where = number, self._source.url
        before, done = given_up, False
        if not given_up:
            before, done = in_before(self._history, where, one.name, request, commands)
        booked = self._journal.book(
            number,
            one.name,
            kept,
            after=before.batch if before else None,
            instead=one.replaced,
        )
        return replace(one, booked=booked, before=before, done=done, given_up=given_up is not None)

    def _given_up(self, number: int, name: str, request: ImportRequest) -> Before | None:
        """Find what is in the books of a file that was given up and is not to be sent anew."""
        if request.options.key or request.again:
            return None
        return given_up_before(self._history, (number, self._source.url), name, self._opens)

    def _surveyed(
        self, number: int, one: Planned, request: ImportRequest, contents: set[str]
    ) -> Planned:
        """Look a file through; what is refused is to be so before anything of another is sent."""
        if one.begun and goes_on(one.begun, request):
            if len(request.files) > 1:
                self._check(one, request)
            return one
        if one.name == STDIN:
            return one
        anew = request.again or bool(request.options.key)
        found = self.survey(one.name, request.options, one.before, None if anew else number)
        if one.done and one.before and found.says_no_more(one.before):
            return one
        if not anew and not one.given_up:
            refuse_again(self._history, (number, self._source.url), one.name, found, one.before)
            refuse_same(one.name, found, contents)
        contents.add(found.content)
        return replace(one, known_by=found.known_by)

    def _check(self, one: Planned, request: ImportRequest) -> None:
        """Refuse what was begun as it would be when it is gone on with."""
        some = one.begun[0]
        refuse_elsewhere(some, self._source)
        refuse_not_to_wait(some, request.options)
        if one.name != STDIN:
            options, _ = as_begun(some.options, request)
            records = self._history.consumed(some.session, fixed=True)
            self.survey(one.name, options, Before(self._history, some, records, begun=True))

    def survey(
        self, name: str, options: ImportOptions, before: Before | None, number: int | None = None
    ) -> Survey:
        """Look a file through; all of it may be in project `number`.

        Raises InputError, RefusedError.
        """
        validator, skip_bad = Validator(self._intake, options.key), options.skip_bad
        seen = None if number is None or before else Seen(self._history, number, self._source.url)
        with reading(self._opens, name) as file:
            found = survey(file, name, validator, skip_bad=skip_bad, before=before, seen=seen)
        self._expect(found.records - (before.records if before else 0) + found.mended)
        return found

    def _passed_over(self, one: Planned) -> bool:
        """Tell whether a file is in that this command was to import, and was cut behind it."""
        if one.booked is None or one.known_by is not None:
            return False
        log.info("%s: it is in already; passed over", one.name)
        self._journal.drop(one.booked)
        return True

    def _signed(self, one: Planned) -> Planned:
        """Write down what a file is known by that is to be sent."""
        if one.booked is None or one.known_by is None:
            return one
        if not one.given_up:
            (booked,) = self._journal.sign([one.booked], one.known_by)
            return replace(one, booked=booked)
        booked = self._journal.take_up(one.booked, one.known_by)
        return replace(one, booked=None, begun=self._history.open_in(booked.session))


def cut_commands(left: Iterable[Batch]) -> list[str]:
    """Name the commands that were cut and left some of their files open."""
    return [str(b.options["command"]) for b in left if b.options.get("command")]


def in_before(
    history: History,
    where: tuple[int, str],
    name: str,
    request: ImportRequest,
    commands: Sequence[str],
) -> tuple[Before | None, bool]:
    """Find what is in of a file, and tell whether that is by one of these commands.

    Where a file is to be sent anew, only that counts. `where` is the number of the project and the
    server's url. Raises RefusedError.
    """
    if request.options.key:
        return None, False
    number, url = where
    batch = history.finished(number, name, url)
    done = batch is not None and batch.options.get("command") in commands
    if request.again and not done:
        return None, False
    return imported_before(history, number, name, url), done
