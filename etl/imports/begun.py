"""How an import that was cut is gone on with: as it was begun, at the server it was begun at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from etl.errors import ConfigurationError, InputError, RefusedError
from etl.imports.batch import STDIN, Batch, BatchStatus
from etl.imports.history import History
from etl.imports.options import BatchLimits, ImportOptions, ImportRequest
from etl.imports.records import Line
from etl.source import Source


def as_begun(kept: Mapping[str, Any], request: ImportRequest) -> tuple[ImportOptions, BatchLimits]:
    """Go on as a file was begun; waiting, what is skipped and sizes may be told anew."""
    now = request.options
    options = ImportOptions(
        key=kept.get("key"),
        update=bool(kept.get("update")),
        skip_bad=bool(kept.get("skip_bad")) or now.skip_bad,
        wait=now.wait,
        timeout=now.timeout,
    )
    begun = BatchLimits(lines=int(kept["lines"]), bytes=int(kept["bytes"]))
    return options, request.limits or begun


def goes_on(begun: Sequence[Batch], request: ImportRequest) -> bool:
    """Tell whether to go on with what was begun of a file, instead of beginning it anew.

    What was itself begun with --again is gone on with by the same command.
    """
    return not request.again or bool(begun[0].options.get("again"))


def anew(begun: Batch) -> str:
    """Say how a file is begun anew that cannot be gone on with."""
    first = "after annomirror import --resume --give-up " if begun.options.get("again") else ""
    return f"begin anew {first}with --again, which sends every line of it"


def another(begun: Batch, line: Line) -> RefusedError:
    """Refuse a file that is not the one which was begun."""
    return RefusedError(
        f"{begun.title}: line {line.number} is another one than when its import into project "
        f"{begun.project_id} was begun; {_old(begun)}, or {anew(begun)}"
    )


def shorter(begun: Batch, found: int, consumed: int) -> InputError:
    """Refuse a file that ends before what was read of it."""
    return InputError(
        f"{begun.title}: it ends after {found} records, {consumed} were read when its import was "
        f"begun; {_old(begun)}, or {anew(begun)}"
    )


def _old(begun: Batch) -> str:
    return "pipe the same again" if begun.file == STDIN else "bring the old file back"


def never_read(begun: Sequence[Batch]) -> bool:
    """Tell whether a file was only booked: the run died before it had looked the file through."""
    return all(
        batch.status is BatchStatus.READING
        and batch.file != STDIN
        and batch.options.get("sha256") is None
        for batch in begun
    )


def left_open(history: History, project_id: int, name: str) -> tuple[list[Batch], list[Batch]]:
    """Give what is open of a file: the batches of its import, and those that were only booked.

    A run that died before it sent anything leaves one that is only booked. Where several imports
    are open, which standard input can have, the last one is gone on with.
    """
    imports: dict[str | None, list[Batch]] = {}
    for batch in history.begun(project_id, name):
        imports.setdefault(batch.session, []).append(batch)
    begun = [found for found in imports.values() if _was_begun(history, found)]
    booked = [found for found in imports.values() if not _was_begun(history, found)]
    return begun[-1] if begun else [], [batch for found in booked for batch in found]


def _was_begun(history: History, found: Sequence[Batch]) -> bool:
    """Tell whether lines of an import were written down, or may have been."""
    if any(batch.status is not BatchStatus.READING for batch in found):
        return True
    return not never_read(found) and history.ever_sent(found[0].session)


def refuse_other_options(begun: Batch, now: ImportOptions) -> None:
    """Refuse to go on otherwise than a file was begun. Raises ConfigurationError."""
    kept = begun.options
    if (kept.get("key"), bool(kept.get("update"))) == (now.key, now.update):
        return
    said = f"--key {kept['key']}" if kept.get("key") else "no --key"
    update = " --update" if kept.get("update") else ""
    raise ConfigurationError(
        f"{begun.title} was begun with {said}{update} and is not finished; say the same to go on, "
        f"or {anew(begun)}"
    )


def refuse_not_to_wait(begun: Batch, now: ImportOptions) -> None:
    """Refuse to compare keys with what is not made yet. Raises ConfigurationError."""
    if begun.options.get("key") and not now.wait:
        raise ConfigurationError(
            f"{begun.title} was begun with --key, which has to see what was made before; "
            "leave --no-wait out"
        )


def begun_elsewhere(batch: Batch, source: Source) -> str | None:
    """Give the address an import was begun at, if the source has another one now."""
    url = batch.options.get("url")
    return url if url and url != source.url else None


def refuse_elsewhere(batch: Batch, source: Source) -> None:
    """Refuse to go on at another server. Raises RefusedError."""
    if url := begun_elsewhere(batch, source):
        what = batch.file or f"job {batch.job_id}"
        raise RefusedError(
            f"{what}: begun at {url}, and {source.name} is {source.url} now; bring the old url "
            f"back to go on, or {anew(batch)}"
        )
