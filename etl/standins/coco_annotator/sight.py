"""What an account may see: all of it, or what belongs to datasets it owns or is a member of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from etl.standins.coco_annotator.documents import Document
    from etl.standins.coco_annotator.state import State


@dataclass(frozen=True)
class Sight:
    """The eyes of one user; without a user, of the anonymous one, who sees everything."""

    state: State
    user: Document | None

    @property
    def everything(self) -> bool:
        """Tell whether nothing is hidden."""
        return self.user is None or bool(self.user["is_admin"])

    @property
    def name(self) -> str:
        """Return the user's name."""
        return str(self.user["username"]) if self.user else "anonymous"

    def datasets(self) -> list[Document]:
        """Return the datasets, deleted ones included."""
        rows = self.state.datasets.rows.values()
        return [row for row in rows if self.everything or self._member(row)]

    def living(self) -> list[Document]:
        """Return the datasets that are not deleted."""
        return [row for row in self.datasets() if not row["deleted"]]

    def dataset(self, wanted: int, *, deleted: bool = False) -> Document | None:
        """Return a dataset, if there is one to be seen."""
        rows = self.datasets() if deleted else self.living()
        return next((row for row in rows if row["id"] == wanted), None)

    def images(self) -> Iterator[Document]:
        """Go through images, also those that are deleted or of deleted datasets."""
        if self.everything:
            return iter(self.state.images.rows.values())
        seen = {row["id"] for row in self.datasets()}
        return (row for row in self.state.images.rows.values() if row["dataset_id"] in seen)

    def image(self, wanted: int) -> Document | None:
        """Return an image, if there is one to be seen."""
        row = self.state.images.rows.get(wanted)
        return row if row and self.dataset(row["dataset_id"], deleted=True) else None

    def annotations(self) -> Iterator[Document]:
        """Go through annotations, deleted ones included; orphans show to admins only."""
        rows = self.state.annotations.rows.values()
        if self.everything:
            return iter(rows)
        seen = {row["id"] for row in self.images()}
        return (row for row in rows if row["image_id"] in seen)

    def categories(self) -> list[Document]:
        """Return categories, deleted ones included."""
        rows = list(self.state.categories.rows.values())
        if self.everything:
            return rows
        used = {number for dataset in self.datasets() for number in dataset["categories"]}
        return [row for row in rows if row["id"] in used or row["creator"] == self.name]

    def owns(self, dataset: Document) -> bool:
        """Tell whether downloads are allowed, which are not for mere members."""
        return self.everything or self.name.lower() == dataset["owner"].lower()

    def permissions(self, dataset: Document) -> Document:
        """Tell what the user may do with a dataset."""
        owner = self.owns(dataset)
        rights = dict.fromkeys(("owner", "edit", "share", "generate", "delete", "download"), owner)
        return rights | {"edit": owner or self.name in dataset["users"]}

    def _member(self, dataset: Document) -> bool:
        return self.name == dataset["owner"] or self.name in dataset["users"]
