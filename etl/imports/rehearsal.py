"""Says what an import would do: reads and validates, sends nothing, writes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from etl.errors import ConfigurationError
from etl.imports.batch import NEED_THE_FILE, STDIN, AlreadySent, Batch, Events, LineOutcome, Settled
from etl.imports.begun import as_begun
from etl.imports.fates import Decided, Fate, Fates, refuse_none_left
from etl.imports.history import History
from etl.imports.options import ImportOptions, ImportRequest
from etl.imports.records import Line, lines
from etl.imports.survey import COMPARED, Before, is_mended
from etl.imports.target import Target
from etl.imports.validate import OpenFile, Validator, grouped, reading
from etl.intake import Existing, Key


@dataclass(frozen=True)
class Unsent:
    """The lines of a file that are to be sent, as `wanted` tells.

    Of an import that was begun, `overtaken` tells those that come too late to change anything.
    """

    name: str
    opens: OpenFile
    wanted: Callable[[Line], bool] = lambda _line: True
    overtaken: Callable[[Collection[Key], Mapping[Line, Existing]], Collection[Line]] = (
        lambda _keys, _there: ()
    )

    def groups(self) -> Iterator[list[Line]]:
        """Read them, some at a time."""
        with reading(self.opens, self.name) as file:
            found = (line for line in lines(file, self.name) if self.wanted(line))
            yield from grouped(found, COMPARED)


def rehearse(
    target: Target, request: ImportRequest, opens: OpenFile, history: History | None
) -> Events:
    """Validate the files and what is asked for; without a mirror there is no history.

    Raises RefusedError for a file that would be refused.
    """
    number = int(target.project(request.project or 0).key)
    required = target.ask(target.intake.required(number))
    if STDIN in request.files:
        raise ConfigurationError("standard input can be read once; --dry-run needs a file")
    fates = Fates(
        source=target.source,
        intake=target.intake,
        history=history,
        opens=opens,
        number=number,
        request=request,
        required=required,
    )
    decided = fates.looked_through(fates.standing())
    refuse_none_left(decided)
    for one in decided:
        if one.fate is Fate.GONE_ON_WITH and history:
            yield from _begun(target, one, fates, history)
        elif one.fate is not Fate.PASSED_OVER:
            yield from _whole(target, one, fates)


def _whole(target: Target, one: Decided, fates: Fates) -> Events:
    """Say what would become of a file that is not begun, or is to be begun anew."""
    if one.found is None:  # as of standard input
        return
    yield Settled(LineOutcome.REJECTED, one.found.wrong)
    if fates.request.options.key:
        unsent = Unsent(one.name, fates.opens)
        validator = Validator(target.intake, fates.request.options.key, fates.required)
        yield from _by_key(target, fates.number, unsent, validator, fates.request.options)
    else:
        known = _known(one.before) if one.before else 0
        new = one.found.records - one.found.wrong - known + one.found.mended
        yield Settled(LineOutcome.CREATED, new)


def _known(before: Before) -> int:
    """Count the lines of a file that are in, of those that were perhaps given up in part."""
    return before.records - before.history.abandoned(before.batch.session)


def _begun(target: Target, one: Decided, fates: Fates, history: History) -> Events:
    """Say what of a file that was begun is sent already, and what would be."""
    some = one.begun[0]
    options, _ = as_begun(some.options, fates.request)
    validator = Validator(target.intake, options.key, fates.required)
    yield AlreadySent(history.sent(some.session))
    overtaken = partial(history.overtaken, some.session)
    left = Unsent(one.name, fates.opens, _wanted(history, one.begun), overtaken)
    for lines_left in left.groups():
        wrong = sum(1 for line in lines_left if validator.wrong(line))
        yield Settled(LineOutcome.REJECTED, wrong)
        if validator.name is None:
            yield Settled(LineOutcome.CREATED, len(lines_left) - wrong)
    if options.key:
        yield from _by_key(target, some.project_id, left, validator, options)


def _wanted(history: History, begun: Sequence[Batch]) -> Callable[[Line], bool]:
    """Tell lines of a file that was begun which are to be sent."""
    session = begun[0].session
    consumed = history.consumed(session)
    unsent = [batch for batch in begun if batch.status in NEED_THE_FILE]
    waiting = {line.place for batch in unsent for line in history.lines(batch)}
    aside = history.set_aside(session, 0, consumed)

    def wanted(line: Line) -> bool:
        return line.place > consumed or line.place in waiting or is_mended(line, aside)

    return wanted


def _by_key(
    target: Target, number: int, unsent: Unsent, validator: Validator, options: ImportOptions
) -> Events:
    """Foretell what becomes of lines by their keys; a key that came before is there.

    Keys are kept as numbers: about 120 MB for a million lines, however long the keys are.
    """
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
        yield from _foretold(target, number, first, options, unsent)


def _digest(key: Key) -> int:
    """Tell a key from others, a number from its text too; `hash` takes -1 and -2 for one."""
    return int.from_bytes(hashlib.blake2b(repr(key).encode(), digest_size=8).digest())


def _foretold(
    target: Target, number: int, keys: dict[Key, Line], options: ImportOptions, unsent: Unsent
) -> Events:
    """Tell what would become of some lines, by their keys."""
    there = target.ask(target.intake.existing(number, options.key or "", list(keys)))
    late = unsent.overtaken(list(there), {keys[key]: task for key, task in there.items()})
    differing = [
        key
        for key, task in there.items()
        if keys[key] not in late and target.intake.change(keys[key].raw, task)
    ]
    updated = len(differing) if options.update else 0
    yield Settled(LineOutcome.UPDATED, updated)
    yield Settled(LineOutcome.SKIPPED, len(there) - updated)
    yield Settled(LineOutcome.CREATED, len(keys) - len(there))
