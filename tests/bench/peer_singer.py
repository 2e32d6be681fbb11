"""The peer Singer SDK: a tap of two streams, piped into a target that upserts.

The target is MeltanoLabs' on Postgres; on SQLite, for which none is published any more, the
SDK's own SQL classes.
"""

# mypy: disable-error-code="import-not-found, misc, no-any-return, untyped-decorator"

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from peer_pages import Records, arguments, listed
from singer_sdk import Stream, Tap
from singer_sdk import typing as th
from singer_sdk.sql import SQLConnector, SQLSink, SQLTarget
from sqlalchemy.dialects.sqlite import insert

NOTHING: Records = []
WHOLE = (
    "id", "inner_id", "project", "overlap", "total_annotations", "total_predictions",
    "cancelled_annotations", "task", "completed_by", "updated_by", "last_created_by", "import_id",
    "parent_prediction", "parent_annotation",
)  # fmt: skip
KINDS: dict[str, Any] = {
    **dict.fromkeys(WHOLE, th.IntegerType),
    **dict.fromkeys(
        ("is_labeled", "was_cancelled", "ground_truth", "bulk_created"), th.BooleanType
    ),
    "lead_time": th.NumberType,
}
OF_TASKS = (
    "id", "inner_id", "project", "data", "meta", "created_at", "updated_at", "updated_by",
    "is_labeled", "overlap", "total_annotations", "cancelled_annotations", "total_predictions",
    "file_upload",
)  # fmt: skip
OF_ANNOTATIONS = (
    "id", "task", "project", "result", "completed_by", "updated_by", "last_created_by",
    "was_cancelled", "ground_truth", "created_at", "updated_at", "draft_created_at", "lead_time",
    "import_id", "last_action", "bulk_created", "parent_prediction", "parent_annotation",
)  # fmt: skip
JSON = ("data", "meta", "updated_by", "result")


def _schema(names: Iterable[str], *, text: Iterable[str]) -> dict[str, Any]:
    kinds = {
        name: th.StringType if name in text else KINDS.get(name, th.StringType) for name in names
    }
    return th.PropertiesList(*(th.Property(n, kind) for n, kind in kinds.items())).to_dict()


class Annotations(Stream):
    """The annotations of one page of tasks."""

    name = "annotations"
    primary_keys = ("id",)
    schema = _schema(OF_ANNOTATIONS, text=("result",))
    state_partitioning_keys = ()

    def get_records(self, context: Any) -> Iterable[dict[str, Any]]:
        """Give what came with the tasks."""
        for each in context["annotations"]:
            yield {**each, "result": json.dumps(each["result"])}


class Tasks(Stream):
    """The tasks, by time of change."""

    name = "tasks"
    primary_keys = ("id",)
    replication_key = "updated_at"
    is_sorted = False
    schema = _schema(OF_TASKS, text=("data", "meta", "updated_by"))
    _met: Records = NOTHING

    def get_records(self, context: Any) -> Iterable[Any]:
        """Read since the bookmark."""
        since = self.get_starting_replication_key_value(context)
        for tasks, found in listed(self.config["url"], since, self.config["page_size"]):
            for task in tasks:
                if task is tasks[-1]:
                    self._met = found
                yield task | {name: json.dumps(task[name]) for name in JSON if name in task}

    def generate_child_contexts(self, record: Any, context: Any) -> Iterable[Any]:  # noqa: ARG002  # the SDK's signature
        """Hand a page's annotations on with its last task: once a page, not once a task."""
        if self._met:
            yield {"annotations": self._met}
            self._met = NOTHING


Annotations.parent_stream_type = Tasks


class BenchTap(Tap):
    """The source."""

    name = "tap-bench"
    config_jsonschema = th.PropertiesList(
        th.Property("url", th.StringType), th.Property("page_size", th.IntegerType)
    ).to_dict()

    def discover_streams(self) -> list[Stream]:
        """Name the streams."""
        return [Tasks(self), Annotations(self)]


class SqliteConnector(SQLConnector):
    """The SDK's connector, for a file."""

    allow_temp_tables = False

    def get_sqlalchemy_url(self, config: Any) -> str:
        """Give the address."""
        return str(config["sqlalchemy_url"])


class SqliteSink(SQLSink[SqliteConnector]):
    """The SDK's sink; what it inserts it upserts."""

    connector_class = SqliteConnector

    def bulk_insert_records(self, full_table_name: Any, schema: Any, records: Any) -> int:
        """Upsert a batch in one transaction."""
        conformed = [self.conform_record(record) for record in records]
        names = list(self.conform_schema(schema)["properties"])
        rows = [{name: record.get(name) for name in names} for record in conformed]
        table = self.connector.get_table(full_table_name)
        new = insert(table)
        changes = {name: new.excluded[name] for name in names if name != "id"}
        with self.connector._connect() as connection, connection.begin():
            connection.execute(new.on_conflict_do_update(["id"], set_=changes), rows)
        return len(rows)


class SqliteTarget(SQLTarget):
    """The destination."""

    name = "target-sqlite"
    default_sink_class = SqliteSink
    config_jsonschema = th.PropertiesList(th.Property("sqlalchemy_url", th.StringType)).to_dict()


def main() -> None:
    """Pipe the tap into the target, and keep the last state for the next time."""
    if sys.argv[1:2] == ["tap"]:
        BenchTap.cli(sys.argv[2:])
        return
    if sys.argv[1:2] == ["target"]:
        SqliteTarget.cli(sys.argv[2:])
        return
    parser = arguments(__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    told = parser.parse_args()
    folder: Path = told.folder
    tap_config, target_config = folder / "tap.json", folder / "target.json"
    state = folder / "state.json"
    tap_config.write_text(json.dumps({"url": told.url, "page_size": told.page_size}), "utf-8")
    sqlite = told.database.startswith("sqlite")
    address = told.database if sqlite else told.database.replace("://", "+psycopg://", 1)
    target_config.write_text(json.dumps({"sqlalchemy_url": address}), "utf-8")
    tap = [sys.executable, __file__, "tap", "--config", str(tap_config)]
    tap += ["--state", str(state)] if state.exists() else []
    target = [sys.executable, __file__, "target"]
    if not sqlite:
        target = [str(Path(sys.executable).parent / "target-postgres")]
    target += ["--config", str(target_config)]
    with subprocess.Popen(tap, stdout=subprocess.PIPE) as reads:
        done = subprocess.run(target, stdin=reads.stdout, stdout=subprocess.PIPE, check=True)
    if reads.returncode:
        sys.exit(reads.returncode)
    states = done.stdout.decode().split("\n")
    state.write_text(next(line for line in reversed(states) if line.strip()), "utf-8")


if __name__ == "__main__":
    main()
