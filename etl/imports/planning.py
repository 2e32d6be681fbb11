"""Has all files of a command looked through and books them, before anything of any is sent.

Each is in the books before it is looked through, so that --resume knows of it if the run dies
meanwhile. One that was given up is in the books already, and is compared with them before. A
command that is refused leaves the books as it found them, but for what only booked files that
are in.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from etl.errors import ConfigurationError, RefusedError
from etl.imports.batch import STDIN, Batch
from etl.imports.begun import as_begun
from etl.imports.context import Context
from etl.imports.fates import (
    Decided,
    Fate,
    Fates,
    booked_before,
    cut_commands,
    refuse_none_left,
)
from etl.imports.options import ImportOptions, ImportRequest

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A file to be imported: what is decided for it, and what is open of it.

    One of which nothing is open is to be booked with these `options` when it is begun.
    """

    decided: Decided
    batches: Sequence[Batch] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def goes_on(self) -> bool:
        """Tell whether there are lines of it in the books that are not done with."""
        return self.decided.fate in (Fate.GONE_ON_WITH, Fate.TAKEN_UP)


class Planning:
    """Has files looked through and books them, for one source."""

    def __init__(self, context: Callable[[ImportOptions], Context]) -> None:
        self._plain = context(ImportOptions())
        self._journal, self._history = self._plain.journal, self._plain.journal.history

    def planned(self, number: int, request: ImportRequest) -> list[Planned]:
        """Book every file, then look each through; leave out what is in.

        Raises ConfigurationError, RefusedError.
        """
        fates = self._fates(number, request)
        standing = fates.standing()
        if [one.fate for one in standing] == [Fate.GONE_ON_WITH]:  # it is read once, as it goes on
            return [self._planned(standing[0], [])]
        commands = cut_commands(standing) or [secrets.token_hex(6)]
        kept = request.kept(self._plain.source.url, command=commands[0])
        booked: dict[str, Batch] = {}
        try:
            for one in standing:
                if one.fate is not Fate.GONE_ON_WITH and not one.begun and one.name != STDIN:
                    booked[one.name] = self._booked(number, one, kept)
            decided = fates.looked_through(standing)
        except (ConfigurationError, RefusedError):
            for one in standing:
                if one.name in booked:
                    self._journal.batches.take_back(booked[one.name], one.booked)
            raise
        for one in decided:
            if one.fate is Fate.PASSED_OVER and one.name in booked:
                self._journal.batches.drop(booked[one.name])
        refuse_none_left(decided)
        return [
            self._planned(one, [booked[one.name]] if one.name in booked else [], kept)
            for one in decided
            if one.fate is not Fate.PASSED_OVER
        ]

    def _fates(self, number: int, request: ImportRequest) -> Fates:
        plain = self._plain
        return Fates(
            source=plain.source,
            intake=plain.intake,
            history=self._history,
            opens=plain.opens,
            number=number,
            request=request,
            expect=plain.expect,
        )

    def _booked(self, number: int, one: Decided, kept: Mapping[str, Any]) -> Batch:
        after = one.before.batch if one.before else None
        return self._journal.batches.book(number, one.name, kept, after=after, instead=one.booked)

    def _planned(
        self, one: Decided, booked: Sequence[Batch], kept: Mapping[str, Any] | None = None
    ) -> Planned:
        """Give what is open of a file that is to be sent, signed by what it is known by."""
        if one.fate is Fate.GONE_ON_WITH:
            return Planned(decided=one, batches=one.begun)
        options = {**(kept or {}), **(one.found.known_by if one.found else {})}
        if not booked or not one.found:
            return Planned(decided=one, options=options)
        return Planned(decided=one, batches=self._signed(one, booked[0]))

    def _signed(self, one: Decided, booked: Batch) -> list[Batch]:
        """Write down what a file is known by; one that was given up is taken up again."""
        known_by = one.found.known_by if one.found else {}
        if one.fate is not Fate.TAKEN_UP:
            return self._journal.batches.sign([booked], known_by)
        self._journal.take_up(booked, known_by)
        return self._history.open_in(booked.session)

    def read_first(self, booked: Batch, request: ImportRequest) -> list[Batch]:
        """Look a file through that was booked by a run which died; one that is refused goes.

        Gives what is open of it: nothing if all of it is in. Raises ConfigurationError,
        RefusedError.
        """
        options, limits = as_begun(booked.options, request)
        again = bool(booked.options.get("again"))
        said = replace(request, again=again, options=options, limits=limits)
        fates = self._fates(booked.project_id, said)
        try:
            (one,) = fates.looked_through([booked_before(self._history, booked)])
        except (ConfigurationError, RefusedError) as error:
            if not isinstance(error.__cause__, OSError):  # else what it says is not known
                self._journal.batches.drop(booked)
            raise
        if one.fate is not Fate.PASSED_OVER:
            return self._signed(one, booked)
        log.warning("%s: it is in already; what was booked of it is dropped", one.name)
        self._journal.batches.drop(booked)
        return []
