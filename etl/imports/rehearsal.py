"""Says what an import would do: reads and validates, sends nothing, writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from etl.errors import ConfigurationError
from etl.imports.batch import STDIN, AlreadySent, Batch, Events, LineOutcome, Settled
from etl.imports.begun import as_begun, goes_on, left_open, refuse_elsewhere, refuse_other_options
from etl.imports.history import History
from etl.imports.options import ImportOptions, ImportRequest
from etl.imports.records import Line, lines
from etl.imports.survey import (
    COMPARED,
    Seen,
    given_up_before,
    imported_before,
    refuse_again,
    survey,
)
from etl.imports.target import Target
from etl.imports.transfer import NEED_THE_FILE
from etl.imports.validate import OpenFile, Validator, grouped, reading
from etl.intake import Key


@dataclass(frozen=True)
class Unsent:
    """The lines of a file that are to be sent, as `wanted` tells by their places."""

    name: str
    opens: OpenFile
    wanted: Callable[[int], bool] = lambda _place: True

    def groups(self) -> Iterator[list[Line]]:
        """Read them, some at a time."""
        with reading(self.opens, self.name) as file:
            found = (line for line in lines(file, self.name) if self.wanted(line.place))
            yield from grouped(found, COMPARED)


def rehearse(
    target: Target, request: ImportRequest, opens: OpenFile, history: History | None
) -> Events:
    """Validate the files and what is asked for; without a mirror there is no history.

    Raises RefusedError for a file that would be refused.
    """
    number = int(target.project(request.project or 0).key)
    required = target.ask(target.intake.required(number))
    validator = Validator(target.intake, request.options.key, required)
    for name in request.files:
        if name == STDIN:
            raise ConfigurationError("standard input can be read once; --dry-run needs a file")
        begun = left_open(history, number, name)[0] if history else []
        if history and begun and goes_on(begun, request):
            yield from _begun(target, begun, request, opens, history)
            continue
        anew = bool(request.again or request.options.key or begun)
        where = number, target.source.url
        given_up = given_up_before(history, where, name, opens) if history and not anew else None
        before = given_up
        if history and not anew and not given_up:
            before = imported_before(history, number, name, target.source.url)
        seen = Seen(history, *where) if history and not anew and not before else None
        with reading(opens, name) as file:
            skip_bad = request.options.skip_bad
            found = survey(file, name, validator, skip_bad=skip_bad, before=before, seen=seen)
        if history and not anew and not given_up:
            refuse_again(history, where, name, found, before)
        yield Settled(LineOutcome.REJECTED, found.wrong)
        if validator.name is None:
            known = before.records if before else 0
            if history and given_up:
                known -= history.abandoned(given_up.batch.session)
            yield Settled(LineOutcome.CREATED, found.records - found.wrong - known + found.mended)
        else:
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
    with reading(opens, name) as file:
        survey(file, name, validator, skip_bad=options.skip_bad)
    yield AlreadySent(history.sent(some.session))
    consumed = history.consumed(some.session)
    unsent = [batch for batch in begun if batch.status in NEED_THE_FILE]
    waiting = {line.place for batch in unsent for line in history.lines(batch)}
    left = Unsent(name, opens, lambda place: place > consumed or place in waiting)
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
            known = hash(key)
            if known in said_before:
                changes = options.update and content != said_before[known]
                yield Settled(LineOutcome.UPDATED if changes else LineOutcome.SKIPPED, 1)
            else:
                first[key] = line
            said_before[known] = content
        yield from _foretold(target, number, first, options)


def _foretold(target: Target, number: int, keys: dict[Key, Line], options: ImportOptions) -> Events:
    """Tell what would become of some lines, by their keys."""
    there = target.ask(target.intake.existing(number, options.key or "", list(keys)))
    differing = [k for k, task in there.items() if target.intake.change(keys[k].raw, task)]
    updated = len(differing) if options.update else 0
    yield Settled(LineOutcome.UPDATED, updated)
    yield Settled(LineOutcome.SKIPPED, len(there) - updated)
    yield Settled(LineOutcome.CREATED, len(keys) - len(there))
