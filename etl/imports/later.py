"""Tells which lines come too late: a later line of their import has written their task already.

Lines are not always sent in the order of their file: one that was wrong is mended, and one at
which the server failed is tried again, when those behind it are in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from etl.imports.batch import Batch
from etl.imports.context import Context
from etl.imports.records import Line
from etl.intake import Existing, Key
from etl.reject import storable
from etl.statements import Spelling, quoted


def overtaken(
    context: Context, batch: Batch, keys: Collection[Key], there: Mapping[Line, Existing]
) -> set[Line]:
    """Choose the lines whose tasks have what a later line says, of those that are `there`.

    A number and the text of it are one key to the books and two to the server: the task decides.
    """
    spelling = Spelling(context.session.dialect)
    items = quoted(context.intake.items.__tablename__)
    jobs = quoted(context.intake.jobs.__tablename__)
    rows = context.session.all(
        f"SELECT i.task_id, max(i.position) FROM {items} i "
        f"JOIN {jobs} j ON j.source = i.source AND j.id = i.import_id "
        f"WHERE i.source = {spelling.mark} AND j.session = {spelling.mark} "
        f"AND i.task_id IS NOT NULL AND i.external_key {spelling.among} GROUP BY i.task_id",
        (
            *(context.source.name, batch.session),
            spelling.values([storable(str(key)) for key in keys]),
        ),
    )
    last: dict[int, int] = dict(map(tuple, rows))
    return {line for line, task in there.items() if last.get(task.id, 0) > line.place}
