"""Finds out what of a batch is there already, by its marks, and brings it into the mirror."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from etl.imports.asking import ask_after
from etl.imports.batch import Batch, LineOutcome, Settled
from etl.imports.context import Context, Looked
from etl.imports.records import Line
from etl.intake import Job
from etl.load import Loader
from etl.paging import record_id
from etl.source import Part
from etl.transform import Plan

log = logging.getLogger(__name__)


class ReadBack(NamedTuple):
    """Tasks that are there: their ids, and those by the places that the marks of a batch tell."""

    ids: frozenset[int]
    places: dict[int, int]


class Reconciler:
    """Compares what one import has sent with what is there, and brings it into the mirror."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def keep_found(
        self, batch: Batch, lines: Sequence[Line], found: dict[int, int]
    ) -> Looked[list[Line]]:
        """Settle the lines whose tasks were found, and give the others."""
        mine = {line.place: found[line.place] for line in lines if line.place in found}
        if mine:
            self.mirror(batch, list(mine.values()))
            self._context.journal.settle(batch, LineOutcome.CREATED, mine)
            yield Settled(LineOutcome.CREATED, len(mine))
        return [line for line in lines if line.place not in found]

    def keep_marked(self, batch: Batch, lines: Sequence[Line]) -> Looked[list[Line]]:
        """Settle the lines whose tasks are found by their marks, and give the others."""
        return (yield from self.keep_found(batch, lines, self.tasks_by_mark(batch)))

    def tasks_by_mark(self, batch: Batch) -> dict[int, int]:
        """Find the tasks of a batch by the marks they carry; the oldest of each place."""
        return {place: ids[0] for place, ids in self.all_by_mark(batch).items()}

    def read_back(
        self, batch: Batch, lines: Sequence[Line], ids: Mapping[int, int]
    ) -> dict[int, int]:
        """Mirror the tasks that are there: those the server named, else those with our marks."""
        named = self.mirror(batch, ids.values())
        found = {place: key for place, key in ids.items() if key in named.ids} | named.places
        if all(line.place in found for line in lines):
            return found
        marked = self.tasks_by_mark(batch)
        others = {place: key for place, key in marked.items() if place not in found}
        self.mirror(batch, others.values())
        return found | others

    def all_by_mark(self, batch: Batch) -> dict[int, list[int]]:
        """Find the tasks of a batch by their marks: all there are of each place."""
        marked, number = self._context.intake.marked, batch.project_id
        return ask_after(self._context, batch, lambda: marked(number, batch.mark))

    def mirror(self, batch: Batch, ids: Iterable[int]) -> ReadBack:
        """Write those of some tasks that are there into the mirror as a sync would."""
        context, wanted = self._context, list(ids)
        if not wanted:
            return ReadBack(frozenset(), {})
        number = batch.project_id
        page = ask_after(context, batch, lambda: context.intake.records(number, wanted))
        for one in page.unreadable:
            log.warning("task %s is there and cannot be read; set aside: %s", one.id, one.reason)
        plan = Plan(context.stream, context.source.name)
        loader = Loader(context.session, plan, context.run_id)
        loader.commit(Part(str(batch.project_id)), page, plan.transform(page.records))
        there = [record_id(record) for record in page.records]
        there += [one.id for one in page.unreadable if isinstance(one.id, int)]
        ids = frozenset(key for key in there if key is not None)
        return ReadBack(ids, context.intake.places(page.records, batch.mark))


def named(lines: Sequence[Line], job: Job) -> dict[int, int]:
    """Give the task of each line, where the server names as many as there are lines."""
    if len(job.ids) != len(lines):
        return {}
    return {line.place: key for line, key in zip(lines, job.ids, strict=True)}
