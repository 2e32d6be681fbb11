"""Says what an import would do: reads and validates, sends nothing, writes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from etl.errors import ConfigurationError
from etl.imports.batch import STDIN, AlreadySent, Batch, Events, LineOutcome, Settled
from etl.imports.begun import as_begun, goes_on, left_open, refuse_elsewhere, refuse_other_options
from etl.imports.history import History
from etl.imports.options import ImportOptions, ImportRequest
from etl.imports.planning import cut_commands, in_before
from etl.imports.records import Line, lines
from etl.imports.survey import (
    COMPARED,
    Before,
    Seen,
    Survey,
    given_up_before,
    is_mended,
    refuse_again,
    refuse_same,
    survey,
)
from etl.imports.target import Target
from etl.imports.transfer import NEED_THE_FILE
from etl.imports.validate import OpenFile, Validator, grouped, reading
from etl.intake import Key


@dataclass(frozen=True)
class Unsent:
    """The lines of a file that are to be sent, as `wanted` tells."""

    name: str
    opens: OpenFile
    wanted: Callable[[Line], bool] = lambda _line: True

    def groups(self) -> Iterator[list[Line]]:
        """Read them, some at a time."""
        with reading(self.opens, self.name) as file:
            found = (line for line in lines(file, self.name) if self.wanted(line))
            yield from grouped(found, COMPARED)


@dataclass(frozen=True)
class Unknown:
    """Foretells what becomes of files that are not begun, or are to be begun anew.

    `where` is the number of the project and the server's url; `commands` were cut before.
    """

    validator: Validator
    request: ImportRequest
    history: History | None
    where: tuple[int, str]
    commands: Sequence[str]

    def foretold(self, name: str, opens: OpenFile, contents: set[str]) -> Events:
        """Validate a file, and say what would be created of it without keys.

        It is refused if it says the same as one before it, as `contents` has it. Raises
        RefusedError, InputError.
        """
        anew = bool(self.request.again or self.request.options.key or not self.history)
        given_up, before, done = None, None, False
        if self.history and not anew:
            given_up = given_up_before(self.history, self.where, name, opens)
        if self.history and not given_up:
            before, done = in_before(self.history, self.where, name, self.request, self.commands)
        found = self._surveyed(name, opens, given_up or before, anew=anew)
        if done and before and found.says_no_more(before):
            return
        if not anew and not given_up and self.history:
            refuse_again(self.history, self.where, name, found, before)
        if not self.request.again and not self.request.options.key and not given_up:
            refuse_same(name, found, contents)
        contents.add(found.content)
        yield Settled(LineOutcome.REJECTED, found.wrong)
        if self.validator.name is None:
            known = self._known(given_up) if given_up else before.records if before else 0
            yield Settled(LineOutcome.CREATED, found.records - found.wrong - known + found.mended)

    def _surveyed(self, name: str, opens: OpenFile, before: Before | None, *, anew: bool) -> Survey:
        seen = None
        if self.history and not anew and not before:
            seen = Seen(self.history, *self.where)
        skip_bad = self.request.options.skip_bad
        with reading(opens, name) as file:
            return survey(file, name, self.validator, skip_bad=skip_bad, before=before, seen=seen)

    def _known(self, given_up: Before) -> int:
        """Count the lines of a file that are in, of those that were given up in part."""
        return given_up.records - given_up.history.abandoned(given_up.batch.session)


def rehearse(
    target: Target, request: ImportRequest, opens: OpenFile, history: History | None
) -> Events:
    """Validate the files and what is asked for; without a mirror there is no history.

    Raises RefusedError for a file that would be refused.
    """
    number = int(target.project(request.project or 0).key)
    required = target.ask(target.intake.required(number))
    validator = Validator(target.intake, request.options.key, required)
    if STDIN in request.files:
        raise ConfigurationError("standard input can be read once; --dry-run needs a file")
    found = {name: left_open(history, number, name) for name in request.files if history}
    commands = cut_commands(batch for left in found.values() for batch in (*left[0], *left[1]))
    where, contents = (number, target.source.url), set[str]()
    for name in request.files:
        begun, _ = found.get(name, ([], []))
        if history and begun and goes_on(begun, request):
            yield from _begun(target, begun, request, opens, history)
            continue
        unknown = Unknown(validator, request, None if begun else history, where, commands)
        yield from unknown.foretold(name, opens, contents)
        if validator.name is not None:
            yield from _by_key(target, number, Unsent(name, opens), request.options)


def _begun(
    target: Target,
    begun: Sequence[Batch],
    request: ImportRequest,
    opens: OpenFile,
    history: History,
) -> Events:
    """Say what of a file that was begun is sent already, and what would be. Raises RefusedError."""
    some, name = begun[0], begun[0].file or ""
    refuse_elsewhere(some, target.source)
    refuse_other_options(some, request.options)
    options, _ = as_begun(some.options, request)
    required = target.ask(target.intake.required(some.project_id))
    validator = Validator(target.intake, options.key, required)
    before = Before(history, some, history.consumed(some.session, fixed=True), begun=True)
    with reading(opens, name) as file:
        survey(file, name, validator, skip_bad=options.skip_bad, before=before)
    yield AlreadySent(history.sent(some.session))
    consumed = history.consumed(some.session)
    unsent = [batch for batch in begun if batch.status in NEED_THE_FILE]
    waiting = {line.place for batch in unsent for line in history.lines(batch)}
    aside = history.set_aside(some.session, 0, consumed)

    def wanted(line: Line) -> bool:
        return line.place > consumed or line.place in waiting or is_mended(line, aside)

    left = Unsent(name, opens, wanted)
    for lines_left in left.groups():
        wrong = sum(1 for line in lines_left if validator.wrong(line))
        yield Settled(LineOutcome.REJECTED, wrong)
        if validator.name is None:
            yield Settled(LineOutcome.CREATED, len(lines_left) - wrong)
    if options.key:
        yield from _by_key(target, some.project_id, left, options)


def _by_key(target: Target, number: int, unsent: Unsent, options: ImportOptions) -> Events:
    """Foretell what becomes of lines by their keys; a key that came before is there.

    Keys are kept as numbers: about 120 MB for a million lines, however long the keys are.
    """
    validator = Validator(target.intake, options.key)
    said_before: dict[int, int] = {}
    for some in unsent.groups():
        first: dict[Key, Line] = {}
        for line in some:
            key, content = validator.key(line), line.content_hash
            if key is None:
                continue
            known = _digest(key)
            if known in said_before:
                changes = options.update and content != said_before[known]
                yield Settled(LineOutcome.UPDATED if changes else LineOutcome.SKIPPED, 1)
            else:
                first[key] = line
            said_before[known] = content
        yield from _foretold(target, number, first, options)


def _digest(key: Key) -> int:
    """Tell a key from others, a number from its text too; `hash` takes -1 and -2 for one."""
    return int.from_bytes(hashlib.blake2b(repr(key).encode(), digest_size=8).digest())


def _foretold(target: Target, number: int, keys: dict[Key, Line], options: ImportOptions) -> Events:
    """Tell what would become of some lines, by their keys."""
    there = target.ask(target.intake.existing(number, options.key or "", list(keys)))
    differing = [k for k, task in there.items() if target.intake.change(keys[k].raw, task)]
    updated = len(differing) if options.update else 0
    yield Settled(LineOutcome.UPDATED, updated)
    yield Settled(LineOutcome.SKIPPED, len(there) - updated)
    yield Settled(LineOutcome.CREATED, len(keys) - len(there))
