"""The endpoints that list datasets, categories and images, each with paging of its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.standins.coco_annotator import disk, lookups
from etl.standins.coco_annotator.call import page_of, pages_of
from etl.standins.coco_annotator.documents import alone, encoded
from etl.standins.coco_annotator.ordering import ordered
from etl.standins.coco_annotator.refusals import Refusal, answer, unknown
from etl.standins.exchange import Answer

if TYPE_CHECKING:
    from etl.standins.coco_annotator.call import Call
    from etl.standins.coco_annotator.documents import Document
    from etl.standins.exchange import Json

_PARSED = frozenset({"page", "limit", "folder", "order"})
_BRIEF = ("id", "file_name", "annotated", "annotating", "num_annotations")
_LIMIT, _PER_PAGE = 20, 50


@dataclass(frozen=True)
class Pagination:
    """The paging of `/dataset/data` and `/category/data`, which count pages from 1."""

    total: int
    limit: int
    asked: int

    def export(self) -> Document:
        """Describe the page; past the end it claims to be the last one."""
        pages = int((self.total - 1) / self.limit) + 1
        start = (max(self.asked, 1) - 1) * self.limit
        end = min(start + self.limit, self.total)
        return {
            "start": start,
            "end": end,
            "pages": pages,
            "page": min(self.asked, pages),
            "total": self.total,
            "showing": end - start,
        }


def datasets(call: Call) -> Answer:
    """List the datasets that are not deleted."""
    return Answer(body=call.state.datasets.array(call.sight.living()) + b"\n")


def datasets_data(call: Call) -> Answer:
    """List a page of datasets with counts; past the end there is only an error."""
    page, limit = call.arguments().integer("page", 1), call.integer("limit", _LIMIT)
    rows = call.sight.living()
    pagination = Pagination(len(rows), limit, page).export()
    if pagination["end"] < pagination["start"]:
        raise ValueError("slice")
    categories = [row for row in call.sight.categories() if not row["deleted"]]
    shown = rows[pagination["start"] : pagination["end"]]
    return answer(
        {
            "pagination": pagination,
            "folder": call.first("folder", ""),
            "datasets": [_counted(call, row) for row in shown],
            "categories": categories,
        }
    )


def categories(call: Call) -> Answer:
    """List the categories, deleted ones included."""
    return Answer(body=call.state.categories.array(call.sight.categories()) + b"\n")


def category(call: Call) -> Answer:
    """Show one category."""
    found = next((row for row in call.sight.categories() if row["id"] == call.id), None)
    if found is None:
        raise unknown()
    return answer(alone(found))


def categories_data(call: Call) -> Answer:
    """List a page of categories that are not deleted, with counts over all datasets."""
    page, limit = call.arguments().integer("page", 1), call.integer("limit", _LIMIT)
    rows = [row for row in call.sight.categories() if not row["deleted"]]
    pagination = Pagination(len(rows), limit, page).export()
    annotations = call.state.annotations.rows.values()
    counts = Counter(row["category_id"] for row in annotations if not row["deleted"])
    shown = rows[pagination["start"] : max(pagination["start"], pagination["end"])]
    told = [{**row, "numberAnnotations": counts[row["id"]]} for row in shown]
    return answer({"pagination": pagination, "page": page, "categories": told})


def images(call: Call) -> Answer:
    """List a page of whole images of all datasets; it takes neither order nor filters."""
    size = call.arguments().integer("per_page", _PER_PAGE)
    page, fields = call.integer("page", 1) - 1, call.first("fields")
    rows = [row for row in call.sight.images() if not row["deleted"]]
    head = {
        "total": len(rows),
        "pages": pages_of(len(rows), size),
        "page": page,
        "fields": fields,
        "per_page": size,
    }
    shown = page_of(rows, page, size)
    array = encoded(_projected(shown, fields)) if fields else call.state.images.array(shown)
    return Answer(body=encoded(head)[:-1] + b', "images": ' + array + b"}\n")


def dataset_data(call: Call) -> Answer:
    """List a page of a dataset's images in brief, filtered by whatever else is asked."""
    limit = call.arguments().integer("limit", _LIMIT)
    page, order = call.integer("page", 1) - 1, call.first("order", "file_name") or ""
    dataset = call.sight.dataset(call.id)
    if dataset is None:
        # The view returns a set here, which cannot be encoded.
        raise TypeError("set")
    folder, directory = disk.directory(dataset["directory"], call.first("folder") or "")
    inside = disk.subdirectories(call.state, directory)
    if inside is None:
        raise Refusal(400, {"message": "Directory does not exist."})
    rows = ordered(_filtered(call, directory), order, page * limit)
    return answer(
        {
            "total": len(rows),
            "per_page": limit,
            "pages": pages_of(len(rows), limit),
            "page": page,
            "images": [{name: row[name] for name in _BRIEF} for row in page_of(rows, page, limit)],
            "folder": folder,
            "directory": directory,
            "dataset": alone(dataset),
            "categories": _named(call, dataset),
            "subdirectories": inside,
            "time_ms": call.state.noise.randrange(5, 90),
        }
    )


def _counted(call: Call, dataset: Document) -> Document:
    images = call.state.images.groups[dataset["id"]].values()
    living = [row for row in images if not row["deleted"]]
    first: dict[str, Json] = {"first_image_id": living[0]["id"]} if living else {}
    counts = {
        "numberImages": len(living),
        "numberAnnotated": sum(row["annotated"] for row in living),
        "permissions": call.sight.permissions(dataset),
    }
    return alone(dataset) | counts | first


def _projected(rows: Json, fields: str) -> Json:
    wanted = fields.split(",")
    if "" in wanted:
        raise ValueError("fields")
    return [{name: row[name] for name in ("id", *wanted) if name in row} for row in rows]


def _filtered(call: Call, directory: str) -> list[Document]:
    arguments = [pair for pair in call.request.params if pair[0] not in _PARSED]
    tests = lookups.tests(arguments)
    return [
        row
        for row in call.state.images.groups[call.id].values()
        if not row["deleted"] and row["path"].startswith(directory)
        if all(test(row) for test in tests)
    ]


def _named(call: Call, dataset: Document) -> list[Document]:
    rows = call.state.categories.rows.values()
    used = (row for row in rows if row["id"] in dataset["categories"])
    return [{"id": row["id"], "name": row["name"]} for row in used]
