"""Says what an import would do: reads and validates, sends nothing, writes nothing."""

from __future__ import annotations

from etl.errors import ConfigurationError
from etl.imports.batch import STDIN, Events, LineOutcome, Settled
from etl.imports.history import History
from etl.imports.options import ImportOptions, ImportRequest
from etl.imports.records import Line, lines
from etl.imports.survey import Before, Seen, given_up_before, imported_before, refuse_again, survey
from etl.imports.target import Target
from etl.imports.validate import OpenFile, Validator, grouped, reading
from etl.intake import Key

COMPARED = 1000  # lines whose keys are asked for together


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
        given_up = _given_up(target, number, name, request, history, opens)
        before = given_up or _before(target, number, name, request, history)
        anew = validator.name or request.again or (history and history.begun(number, name))
        seen = None if anew or before or not history else Seen(history, number, target.source.url)
        with reading(opens, name) as file:
            skip_bad = request.options.skip_bad
            found = survey(file, name, validator, skip_bad=skip_bad, before=before, seen=seen)
        if history and not anew and not given_up:
            refuse_again(history, (number, target.source.url), name, found, before)
        yield Settled(LineOutcome.REJECTED, found.wrong)
        if validator.name is None:
            known = before.records if before else 0
            if history and given_up:
                known -= history.abandoned(given_up.batch.session)
            yield Settled(LineOutcome.CREATED, found.records - found.wrong - known + found.mended)
        else:
            yield from _by_key(target, number, name, opens, request.options)


def _given_up(  # noqa: PLR0913, PLR0917  # all that is asked about a file
    target: Target,
    number: int,
    name: str,
    request: ImportRequest,
    history: History | None,
    opens: OpenFile,
) -> Before | None:
    """Find what was given up of a file, which is taken up again."""
    if not history or request.options.key or request.again or history.begun(number, name):
        return None
    return given_up_before(history, (number, target.source.url), name, opens)


def _before(
    target: Target, number: int, name: str, request: ImportRequest, history: History | None
) -> Before | None:
    """Find what is in of a file already; of one that is begun, or anew, nothing is."""
    if not history or request.options.key or request.again or history.begun(number, name):
        return None
    return imported_before(history, number, name, target.source.url)


def _by_key(
    target: Target, number: int, name: str, opens: OpenFile, options: ImportOptions
) -> Events:
    """Foretell what becomes of lines by their keys; a key that came before is there."""
    validator = Validator(target.intake, options.key)
    said_before: dict[Key, int] = {}
    with reading(opens, name) as file:
        for some in grouped(lines(file, name), COMPARED):
            first: dict[Key, Line] = {}
            for line in some:
                key, content = validator.key(line), line.content_hash
                if key is None:
                    continue
                if key in said_before:
                    changes = options.update and content != said_before[key]
                    yield Settled(LineOutcome.UPDATED if changes else LineOutcome.SKIPPED, 1)
                else:
                    first[key] = line
                said_before[key] = content
            yield from _foretold(target, number, first, options)


def _foretold(target: Target, number: int, keys: dict[Key, Line], options: ImportOptions) -> Events:
    """Tell what would become of some lines, by their keys."""
    there = target.ask(target.intake.existing(number, options.key or "", list(keys)))
    differing = [k for k, task in there.items() if target.intake.change(keys[k].raw, task)]
    updated = len(differing) if options.update else 0
    yield Settled(LineOutcome.UPDATED, updated)
    yield Settled(LineOutcome.SKIPPED, len(there) - updated)
    yield Settled(LineOutcome.CREATED, len(keys) - len(there))
