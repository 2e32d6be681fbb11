"""The peer dlt: two tables merged by id, incremental by `updated_at`, JSON columns left whole."""

# mypy: disable-error-code="import-not-found, untyped-decorator"

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from peer_pages import Records, asked, listed


def main() -> None:
    """Bring two tables up to date."""
    told = asked(__doc__)
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    import dlt  # noqa: PLC0415  # it reads the environment when it is imported

    merged: Any = {"primary_key": "id", "write_disposition": "merge", "max_table_nesting": 0}

    @dlt.resource(selected=False)
    def pages(
        since: Any = dlt.sources.incremental("updated_at", row_order=None),  # noqa: B008  # dlt's way
    ) -> Iterator[Records]:
        for tasks, annotations in listed(told.url, since.last_value, told.page_size):
            yield [{**task, "annotations": []} for task in tasks[:-1]]
            yield [{**tasks[-1], "annotations": annotations}]

    @dlt.transformer(data_from=pages, name="tasks", **merged)
    def tasks(page: Records) -> Records:
        return [{name: task[name] for name in task if name != "annotations"} for task in page]

    @dlt.transformer(data_from=pages, name="annotations", **merged)
    def annotations(page: Records) -> Records:
        return [each for task in page for each in task["annotations"]]

    @dlt.source(name="bench")
    def source() -> Any:
        return tasks, annotations

    if told.database.startswith("sqlite"):
        destination: Any = dlt.destinations.sqlalchemy(credentials=told.database)
    else:
        destination = dlt.destinations.postgres(credentials=_credentials(told.database))
    pipeline = dlt.pipeline(
        "bench", destination=destination, dataset_name="bench", pipelines_dir=told.folder
    )
    pipeline.run(source()).raise_on_failed_jobs()


def _credentials(database: str) -> dict[str, Any]:
    """Take an address apart, for dlt knows no host outside its usual place, such as a socket."""
    address = urlsplit(database)
    query = dict(parse_qsl(address.query))
    return {
        "host": quote(query.get("host") or address.hostname or "", safe=""),
        "port": int(query.get("port") or address.port or 5432),
        "username": address.username,
        "password": address.password or "none",
        "database": address.path.removeprefix("/"),
    }


if __name__ == "__main__":
    main()
