"""Looking whether the mirror holds what there is, with the fewest requests: by numbers first."""

from __future__ import annotations

from etl.exchange import Request
from etl.paging import listing, record_id
from etl.platforms.label_studio import predicting, proof, walks
from etl.platforms.label_studio.query import TASKS, told, whole
from etl.walk import Complete, Page, Position, Start, Tally, Walk


def tasks(start: Start) -> Walk:
    """Read what was written since the watermark, then compare the numbers of the project.

    A page of tasks is read whole, which costs no more: one answer, in which nothing is newer than
    the newest of them.
    """
    if start.known.count <= start.source.page_size:
        answer = yield Request(TASKS, whole(start))
        found = listing(answer, "tasks")
        ids = [record_id(record) for record in found.records]
        if found.number("total") == len(ids) and None not in ids:
            known = frozenset(key for key in ids if key is not None)
            complete = Complete("project_id", [int(start.part.key)], known)
            yield Page(found.records, Position(told(answer).newest), complete=complete)
            return
    yield from walks.tasks(start)
    yield from proof.prove(start)


def predictions(start: Start) -> Walk:
    """Compare the number of predictions of each model version; read all where one differs.

    A page of them is read in any case. Those of no version are listed and not counted, so where
    there are any, numbers prove nothing.
    """
    if sum(start.known.sums) > start.source.page_size:
        versions = predicting.versions((yield predicting.of_versions(start)))
        there = {version.model_version: version.count for version in versions}
        here: dict[str | None, int] = yield Tally("model_version")
        if there == here and None not in there:
            return
    yield from predicting.predictions(start.anew())
