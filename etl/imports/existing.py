"""Leaves out what is there already under the key of a line, or changes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from etl.errors import InputError, Invalid
from etl.extract import ask
from etl.imports.batch import Batch, Events, LineOutcome, Settled
from etl.imports.context import Context, Looked
from etl.imports.reconcile import Reconciler
from etl.imports.records import Line
from etl.imports.validate import told
from etl.intake import Existing, Key


class ExistingRecords:
    """Compares the keys of lines with what is there."""

    def __init__(self, context: Context, reconciler: Reconciler) -> None:
        self._context, self._reconciler = context, reconciler

    def skip_existing(
        self, batch: Batch, lines: Sequence[Line], *, begun: bool = False
    ) -> Looked[list[Line]]:
        """Leave out the lines that are in: by the mark of an earlier sending, and by their keys.

        What is there under a key is changed if that is wanted. A batch that was `begun` may have
        changed tasks of which the mirror does not know. The marks are looked for after the keys:
        what comes in between is our own.
        """
        there = self._existing(batch, lines)
        if batch.submitted_at:
            lines = yield from self._reconciler.keep_marked(batch, lines)
        known = {line: there[line] for line in lines if line in there}
        yield from self._known(batch, known, begun=begun)
        return [line for line in lines if line not in there]

    def _existing(self, batch: Batch, lines: Sequence[Line]) -> dict[Line, Existing]:
        """Find the tasks that are there under the keys of lines; no two lines have one key."""
        context, name = self._context, self._context.options.key
        if name is None:
            return {}
        keys: dict[Key, Line] = {context.intake.key(line.raw, name): line for line in lines}
        existing = context.intake.existing(batch.project_id, name, list(keys))
        return {keys[key]: task for key, task in ask(existing, context.sender).items()}

    def _known(self, batch: Batch, there: Mapping[Line, Existing], *, begun: bool) -> Events:
        """Settle the lines whose tasks are there. Raises InputError for what is refused."""
        late = self._late(batch, there)
        changed: dict[int, int | None] = {}
        same: dict[int, int | None] = {}
        wrong: list[tuple[Line, str]] = []
        for line, task in there.items():
            try:
                outcome = changed if line not in late and self._changed(line, task) else same
            except Invalid as error:
                wrong.append((line, str(error)))
            else:
                outcome[line.place] = task.id
        self._reconciler.mirror(batch, self._unmirrored(changed, same, begun=begun))
        for named, ids in ((LineOutcome.UPDATED, changed), (LineOutcome.SKIPPED, same)):
            if ids:
                self._context.journal.settle(batch, named, ids)
                yield Settled(named, len(ids))
        if wrong:
            yield from self._refused(batch, wrong)

    def _unmirrored(
        self, changed: Mapping[int, int | None], same: Mapping[int, int | None], *, begun: bool
    ) -> list[int]:
        """Choose the tasks that the mirror does not have, or not as they are."""
        ids = [task for task in same.values() if task]
        table, history = self._context.stream.shape.table, self._context.journal.history
        known = set() if begun or not ids else history.mirrored(table, ids)
        return [task for task in changed.values() if task] + [n for n in ids if n not in known]

    def _late(self, batch: Batch, there: Mapping[Line, Existing]) -> set[Line]:
        """Choose the lines whose tasks are not to be changed: later lines have written them."""
        context, name = self._context, self._context.options.key
        if not there or name is None or not context.options.update:
            return set()
        keys = [context.intake.key(line.raw, name) for line in there]
        return context.journal.history.overtaken(batch.session, keys, there)

    def _changed(self, line: Line, task: Existing) -> bool:
        """Change a task that is there, if that is wanted and it differs. Raises Invalid."""
        context = self._context
        change = context.intake.change(line.raw, task) if context.options.update else None
        if change:
            context.sender.send(change)
        return change is not None

    def _refused(self, batch: Batch, wrong: Sequence[tuple[Line, str]]) -> Events:
        """Set lines aside whose changes were refused, or say which they are. Raises InputError."""
        journal = self._context.journal
        if not self._context.options.skip_bad:
            said = told(batch.title, wrong)
            journal.batches.fail(batch, said)
            raise InputError(said)
        journal.reject(batch, wrong)
        yield Settled(LineOutcome.REJECTED, len(wrong))
