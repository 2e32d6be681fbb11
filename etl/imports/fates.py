"""Decides what becomes of each file of a command: it reads files and books, and writes nothing.

`planning.py` books the files for which this is decided, and `rehearsal.py` tells it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from etl.errors import RefusedError
from etl.imports.batch import STDIN, Batch
from etl.imports.begun import (
    as_begun,
    goes_on,
    left_open,
    refuse_elsewhere,
    refuse_not_to_wait,
    refuse_other_options,
)
from etl.imports.history import History
from etl.imports.options import ImportOptions, ImportRequest
from etl.imports.refusals import again, elsewhere, given_up_before, imported_before, refuse_same
from etl.imports.survey import Before, Seen, Survey, Was, given_up, survey
from etl.imports.validate import OpenFile, Validator, reading
from etl.intake import Intake
from etl.source import Source

SENT_ONCE_MORE = (
    "%s: at least %d of its %d records were imported into project %d before, from a file of "
    "another name, and are sent once more; to import only what is new say --key FIELD"
)

log = logging.getLogger(__name__)


class Fate(Enum):
    """What becomes of a file."""

    GONE_ON_WITH = auto()  # its import was begun
    PIPED = auto()  # it is standard input, which is read once
    NEW = auto()  # it is sent whole
    ADDED_TO = auto()  # its import has ended: only what is new of it is sent
    TAKEN_UP = auto()  # its import was given up: what is not there is sent
    PASSED_OVER = auto()  # all of it is in


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What becomes of a file, and why: what of it is open, what is in, and what it holds.

    What only booked it before is `booked`. It was `begun` and is NEW where it is begun anew. `why`
    it is passed over is what it is refused for where nothing else is to be sent.
    """

    name: str
    fate: Fate
    begun: Sequence[Batch] = ()
    booked: Sequence[Batch] = ()
    before: Before | None = None
    found: Survey | None = None
    why: RefusedError | None = None


@dataclass(frozen=True, kw_only=True)
class Fates:
    """Decides for the files of one request; there is no history where there is no mirror.

    Who `expect`s records is told how many are to come. A record has to have what is `required`.
    """

    source: Source
    intake: Intake
    history: History | None
    opens: OpenFile
    number: int
    request: ImportRequest
    required: Collection[str] = ()
    expect: Callable[[int], None] = lambda _records: None

    @property
    def anew(self) -> bool:
        """Tell whether a file is sent whatever of it is in."""
        return self.request.again or bool(self.request.options.key)

    def standing(self) -> list[Decided]:
        """Tell how each file stands in the books, before it is looked through.

        Raises ConfigurationError, RefusedError.
        """
        files = self.request.files
        found = [self._open(name) for name in files]
        commands = cut_commands(found)
        return [self._standing(one, commands) for one in found]

    def looked_through(self, files: Iterable[Decided]) -> list[Decided]:
        """Look files through. Raises ConfigurationError, RefusedError."""
        contents = set[str]()
        return [self._look_through(one, contents) for one in files]

    # What the books say

    def _open(self, name: str) -> Decided:
        """Tell what is open of a file: begun, or only booked, which is done anew."""
        if self.history is None:
            return Decided(name=name, fate=Fate.NEW)
        begun, booked = left_open(self.history, self.number, name)
        return Decided(name=name, fate=Fate.NEW, begun=begun, booked=booked)

    def _standing(self, one: Decided, commands: Collection[str]) -> Decided:
        if one.begun and goes_on(one.begun, self.request):
            refuse_other_options(one.begun[0], self.request.options)
            return replace(one, fate=Fate.GONE_ON_WITH)
        if one.name == STDIN:
            return replace(one, fate=Fate.PIPED)
        if self.history is None or one.begun:
            return one
        where = self.number, self.source.url
        if not self.anew and (before := given_up_before(self.history, where, one.name, self.opens)):
            return replace(one, fate=Fate.TAKEN_UP, before=before)
        before = self._ended(self.history, one.name, commands)
        return replace(one, fate=Fate.ADDED_TO, before=before) if before else one

    def _ended(self, history: History, name: str, commands: Collection[str]) -> Before | None:
        """Find what is in of a file whose import has ended. Raises RefusedError.

        Where files are sent anew, only what the same command sent before it was cut is.
        """
        number, url = self.number, self.source.url
        if self.request.options.key:
            return None
        if self.request.again:
            batch = history.finished(number, name, url)
            if batch is None or batch.options.get("command") not in commands:
                return None
        return imported_before(history, number, name, url)

    # What the file says

    def _look_through(self, one: Decided, contents: set[str]) -> Decided:
        """Look a file through; one that says the same as one before it is refused.

        Raises ConfigurationError, RefusedError.
        """
        if one.fate is Fate.GONE_ON_WITH:
            one = self._checked(one)
        elif one.fate is not Fate.PIPED:
            one = replace(one, found=self._survey(one, self._options(one), one.before))
        found = one.found
        if found is None:  # it is standard input
            return one
        if why := self._in_already(one, found):
            return replace(one, fate=Fate.PASSED_OVER, why=why)
        if not self.anew and one.fate is not Fate.TAKEN_UP:
            refuse_same(one.name, found, contents)
        contents.add(found.content)
        return one

    def _options(self, one: Decided) -> ImportOptions:
        """Give how a file is sent: what is taken up again as it was begun."""
        if one.fate is not Fate.TAKEN_UP or one.before is None:
            return self.request.options
        options, _ = as_begun(one.before.batch.options, self.request)
        return options

    def _checked(self, one: Decided) -> Decided:
        """Refuse what was begun as it would be when it is gone on with."""
        some = one.begun[0]
        refuse_elsewhere(some, self.source)
        refuse_not_to_wait(some, self.request.options)
        if one.name == STDIN or self.history is None:
            return one
        options, _ = as_begun(some.options, self.request)
        records = self.history.consumed(some.session, fixed=True)
        before = Before(self.history, some, records, Was.BEGUN)
        return replace(one, found=self._survey(one, options, before))

    def _survey(self, one: Decided, options: ImportOptions, before: Before | None) -> Survey:
        name, seen = one.name, None
        if self.history and not self.anew and not before:
            seen = Seen(self.history, self.number, self.source.url, cut_commands([one]))
        validator = Validator(self.intake, options.key, self.required)
        with reading(self.opens, name) as file:
            found = survey(
                file, name, validator, skip_bad=options.skip_bad, before=before, seen=seen
            )
        if seen and seen.some and not seen.all and not seen.commands:
            log.warning(SENT_ONCE_MORE, name, seen.there, found.records, self.number)
        self.expect(found.records - (before.records if before else 0) + found.mended)
        return found

    def _in_already(self, one: Decided, found: Survey) -> RefusedError | None:
        """Tell why nothing of a file is to be sent, if all of it is in."""
        if one.fate is Fate.ADDED_TO and one.before and found.says_no_more(one.before):
            return again(one.before.history, one.name, one.before.batch)
        if self.history is None or self.anew or one.fate not in (Fate.NEW, Fate.ADDED_TO):
            return None
        return elsewhere(self.history, (self.number, self.source.url), one.name, found, one.before)


def booked_before(history: History, batch: Batch) -> Decided:
    """Tell how a file stands that was booked by a run which died before it had read it."""
    name, records = batch.file or STDIN, history.consumed(batch.session)
    if not records:
        return Decided(name=name, fate=Fate.NEW, booked=[batch])
    if history.abandoned(batch.session):
        before = given_up(history, batch)
        return Decided(name=name, fate=Fate.TAKEN_UP, booked=[batch], before=before)
    before = Before(history, batch, records)
    return Decided(name=name, fate=Fate.ADDED_TO, booked=[batch], before=before)


def cut_commands(files: Iterable[Decided]) -> list[str]:
    """Name the commands that were cut and left some of their files open."""
    left = [batch for one in files for batch in (*one.begun, *one.booked)]
    return [str(b.options["command"]) for b in left if b.options.get("command")]


def refuse_none_left(files: Sequence[Decided]) -> None:
    """Refuse a command all of whose files are in; else tell of those that are passed over."""
    whole = [one for one in files if one.fate is Fate.PASSED_OVER]
    if whole and len(whole) == len(files) and whole[0].why:
        raise whole[0].why
    for one in whole:
        log.warning("%s: it is in already; passed over", one.name)
