"""The V2 actions: lists walked by a marker, which is the key a page starts with."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.standins.exchange import Answer, Json, json_answer
from etl.standins.qianfan.processing import AUGMENT_STATUSES
from etl.standins.qianfan.training import FINETUNE_STATUSES, INFERENCE_STATUSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.standins.qianfan.call import Call
    from etl.standins.qianfan.shelf import Shelf

_LARGEST = 100
_USUAL = 10
_IMPORT = frozenset({"Created", "Importing", "ImportFinished", "ImportFailed"})
_PUBLISH = frozenset({"Unpublished", "Publishing", "Published", "PublishFailed"})


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A body parameter that keeps rows: one of a list, equal, or containing a text."""

    name: str
    field: str
    nested: bool = False
    allowed: frozenset[str] | None = None
    fuzzy: bool = False

    def keep(self, call: Call, rows: Sequence[Json]) -> Sequence[Json]:
        """Return the rows that pass."""
        body = call.body()
        wanted = ((body.get("filter") or {}) if self.nested else body).get(self.name)
        if not wanted:
            return rows
        if self.fuzzy:
            return [row for row in rows if str(wanted) in row[self.field]]
        values = set(wanted if isinstance(wanted, list) else [wanted])
        if self.allowed is not None and not values <= self.allowed:
            raise call.wrong(f"filter.{self.name}" if self.nested else self.name)
        return [row for row in rows if row.get(self.field) in values]


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One list: where it is, what it holds, and under which key."""

    path: str
    kind: str
    items: str
    filters: tuple[Filter, ...] = ()
    parent: tuple[str, str] | None = None
    newest_first: bool = False
    wrapped: bool = True

    def answer(self, call: Call) -> Answer:
        """Serve the page asked for."""
        shelf = call.state.shelf(self.kind)
        rows = self._children(call, shelf.rows)
        for one in self.filters:
            rows = one.keep(call, rows)
        newest_first = self.newest_first is not call.state.quirks.turned
        page, info = _page(call, shelf, rows, newest_first=newest_first)
        result = {"pageInfo": info, self.items: [call.state.served(self.kind, r) for r in page]}
        body = {"result": result} if self.wrapped else result
        named = {"requestId": call.request_id, **body}
        return json_answer(named, x_bce_request_id=call.request_id)

    def _children(self, call: Call, rows: Sequence[Json]) -> Sequence[Json]:
        """Keep the rows of the parent, which must be named."""
        if self.parent is None:
            return rows
        name, kind = self.parent
        key = call.text(name)
        lost = key not in call.state.shelf(kind)
        if not key or (lost and call.state.quirks.unknown_parent == "error"):
            raise call.wrong(name)
        return [row for row in rows if row[name] == key]


def _page(
    call: Call, shelf: Shelf, rows: Sequence[Json], *, newest_first: bool
) -> tuple[Sequence[Json], Json]:
    size = min(call.integer("maxKeys", _USUAL, 1), _LARGEST)
    reverse = call.body().get("pageReverse", False)
    if not isinstance(reverse, bool):
        raise call.wrong("pageReverse")
    descending = reverse is not newest_first
    rows = rows[::-1] if descending else rows
    marker = call.text("marker")
    start = _start(call, shelf, rows, marker, descending=descending)
    follows = rows[start + size][shelf.key] if start + size < len(rows) else ""
    if call.state.quirks.endless and rows:
        follows = rows[0][shelf.key]
    info = {
        "marker": marker,
        "maxKeys": size,
        "isTruncated": bool(follows),
        "nextMarker": follows,
    }
    return rows[start : start + size], info


def _start(call: Call, shelf: Shelf, rows: Sequence[Json], marker: str, *, descending: bool) -> int:
    """Find where a marker points, also when its row was deleted after it was given out."""
    if not marker:
        return 0
    number, sign = shelf.number(marker), -1 if descending else 1
    gone = marker not in shelf
    if number is None or (gone and call.state.quirks.lost_marker == "error"):
        raise call.wrong("marker")
    if gone and call.state.quirks.lost_marker == "empty":
        return len(rows)
    return bisect_left(
        rows, sign * number, key=lambda row: sign * (shelf.number(row[shelf.key]) or 0)
    )


LISTINGS = {
    "DescribeTextAugmentTasks": Listing(
        path="/v2/dataprocessing",
        kind="text_augment_tasks",
        items="tasks",
        filters=(Filter(name="status", field="status", nested=True, allowed=AUGMENT_STATUSES),),
        wrapped=False,
    ),
    "DescribeDatasets": Listing(
        path="/v2/dataset",
        kind="datasets",
        items="datasetList",
        filters=(
            Filter(name="datasetName", field="datasetName", nested=True, fuzzy=True),
            Filter(name="dataFormatList", field="dataFormat", nested=True),
        ),
    ),
    "DescribeDatasetVersions": Listing(
        path="/v2/dataset",
        kind="dataset_versions",
        items="versionList",
        filters=(
            Filter(name="importStatusList", field="importStatus", nested=True, allowed=_IMPORT),
            Filter(name="publishStatusList", field="publishStatus", nested=True, allowed=_PUBLISH),
        ),
        parent=("datasetId", "datasets"),
    ),
    "DescribeFineTuningJobs": Listing(
        path="/v2/finetuning",
        kind="finetune_jobs",
        items="jobList",
        filters=(Filter(name="trainMode", field="trainMode"), Filter(name="model", field="model")),
        newest_first=True,
    ),
    "DescribeFineTuningTasks": Listing(
        path="/v2/finetuning",
        kind="finetune_tasks",
        items="taskList",
        filters=(Filter(name="runStatus", field="runStatus", allowed=FINETUNE_STATUSES),),
        parent=("jobId", "finetune_jobs"),
        newest_first=True,
    ),
    "DescribeBatchInferenceTasks": Listing(
        path="/v2/batchinference",
        kind="batch_inference_tasks",
        items="taskList",
        filters=(Filter(name="runStatus", field="runStatus", allowed=INFERENCE_STATUSES),),
    ),
}
