"""Everything the account holds, and every way to change it from outside the API."""

from __future__ import annotations

from copy import deepcopy
from random import Random
from threading import RLock
from typing import TYPE_CHECKING

from etl.standins.clock import Clock
from etl.standins.qianfan import enhancing, lineage, processing, serialize, training
from etl.standins.qianfan.quirks import Quirks
from etl.standins.qianfan.shelf import Shelf

if TYPE_CHECKING:
    from datetime import datetime

    from etl.standins.exchange import Json

KEYS = {
    "enhance_tasks": "strId",
    "text_augment_tasks": "taskId",
    "etl_tasks": "etlStrId",
    "datasets": "datasetId",
    "dataset_versions": "versionId",
    "finetune_jobs": "jobId",
    "finetune_tasks": "taskId",
    "batch_inference_tasks": "taskId",
}
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_FIRST_NUMBERS = {"enhance_tasks": 241, "etl_tasks": 275, "dataset_versions": 2343}


class State:
    """One account; one lock, so any thread may call anything."""

    def __init__(self, clock: Clock | None = None, seed: int = 7) -> None:
        """Start empty; ids are the same for the same seed."""
        self.clock = clock or Clock()
        self.lock = RLock()
        self.quirks = Quirks()
        self.random = Random(seed)  # noqa: S311
        self.shelves = {kind: Shelf(kind, key) for kind, key in KEYS.items()}
        # What only a detail shows, by the id of its row.
        self.details: dict[str, dict[str, Json]] = {}
        # The ids that V1 gives to dataset versions.
        self.version_numbers: dict[str, int] = {}
        self._numbers = dict(_FIRST_NUMBERS)

    # Datasets, the augmentation and cleaning of them, training and inference

    add_dataset = lineage.add_dataset
    add_version = lineage.add_version
    finish_import = lineage.finish_import
    publish = lineage.publish
    rename_dataset = lineage.rename_dataset
    delete_dataset = lineage.delete_dataset
    add_enhance = enhancing.add_enhance
    progress_enhance = enhancing.progress_enhance
    add_text_augment = processing.add_text_augment
    progress_text_augment = processing.progress_text_augment
    add_etl = processing.add_etl
    progress_etl = processing.progress_etl
    add_job = training.add_job
    add_finetune = training.add_finetune
    progress_finetune = training.progress_finetune
    add_inference = training.add_inference
    progress_inference = training.progress_inference

    # Any row

    def shelf(self, kind: str) -> Shelf:
        """Return the rows of a kind, as they are kept."""
        return self.shelves[kind]

    def add(self, kind: str, row: Json) -> Json:
        """Put a finished row where the API finds it, as the newest of its kind."""
        with self.lock:
            return self.shelf(kind).add(row)

    def patch(self, kind: str, key: str, **fields: Json) -> Json:
        """Overwrite fields, with anything: what is served is not checked."""
        with self.lock:
            row = self.shelf(kind).get(key)
            row.update(fields)
            return row

    def drop(self, kind: str, key: str, *names: str) -> Json:
        """Take fields out of a row, as if the API had retired them."""
        with self.lock:
            row = self.shelf(kind).get(key)
            for name in names:
                row.pop(name, None)
            return row

    def delete(self, kind: str, key: str) -> None:
        """Delete a row for good; nothing remains of it in any list."""
        with self.lock:
            self.shelf(kind).remove(key)
            self.details.pop(key, None)

    # What a test compares with

    def truth(self, kind: str) -> list[Json]:
        """Return all rows of a kind as they are served, oldest first, as copies."""
        with self.lock:
            return [self.served(kind, row) for row in deepcopy(self.shelf(kind).rows)]

    def keys(self, kind: str) -> list[str]:
        """Return the ids of a kind, oldest first."""
        with self.lock:
            return [str(row[KEYS[kind]]) for row in self.shelf(kind)]

    def served(self, kind: str, row: Json) -> Json:
        """Return a row as the quirks of the day show it."""
        return serialize.served(kind, row, self.quirks)

    # What every row is made of

    def new_id(self, prefix: str) -> str:
        """Make up an id such as `task-n1zkqgn42bqbmj2g`."""
        return f"{prefix}-{''.join(self.random.choices(_LETTERS, k=16))}"

    def new_number(self, kind: str) -> int:
        """Give the next number of a kind that V1 counts."""
        number = self._numbers[kind]
        self._numbers[kind] += 1
        return number

    def now(self) -> datetime:
        """Return the present of the platform's clock."""
        return self.clock.now()
