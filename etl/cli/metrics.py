"""sync --metrics-file: how a run went, for the textfile collector of Prometheus' node exporter."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from etl.errors import ConfigurationError, Outcome
from etl.ledger import StreamReport

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

log = logging.getLogger(__name__)

COUNTED = {
    "read": "Records read from the source",
    "inserted": "Rows written for the first time",
    "updated": "Rows changed",
    "unchanged": "Rows that were as they should be",
    "deleted": "Rows found gone",
    "rejected": "Records set aside",
}


def refuse_no_file(path: str | None) -> None:
    """Refuse what cannot become a file, before a run begins. Raises ConfigurationError."""
    if path is None:
        return
    if not Path(path).absolute().parent.is_dir():
        raise ConfigurationError(f"--metrics-file: the folder of {path} is not there; make it")
    if Path(path).exists() and not Path(path).is_file():
        raise ConfigurationError(f"--metrics-file: {path} is no file that could be replaced")


def write(path: str, code: int, seconds: float, streams: Sequence[StreamReport]) -> None:
    """Write how a run went; whoever reads the file finds the old one or the new one, whole."""
    from prometheus_client import CollectorRegistry, write_to_textfile  # noqa: PLC0415  # only who asks for metrics needs it

    registry = CollectorRegistry()
    _of_run(registry, code, seconds)
    _of_streams(registry, streams)
    try:
        write_to_textfile(os.path.realpath(path), registry)
    except OSError as error:
        log.warning("the metrics could not be written to %s: %s", path, error.strerror)


def _of_run(registry: CollectorRegistry, code: int, seconds: float) -> None:
    from prometheus_client import Gauge  # noqa: PLC0415  # as above

    said = {
        "success": ("1 if the last run went well", float(code == 0)),
        "exit_code": ("Exit code of the last run", code),
        "timestamp_seconds": ("When the last run ended", time.time()),
        "duration_seconds": ("How long the last run took", seconds),
    }
    for name, (about, value) in said.items():
        Gauge(f"annomirror_last_run_{name}", about, registry=registry).set(value)


def _of_streams(registry: CollectorRegistry, streams: Sequence[StreamReport]) -> None:
    from prometheus_client import Gauge  # noqa: PLC0415  # as above

    of = ("source", "stream")
    counts = {
        name: Gauge(f"annomirror_stream_{name}", f"{about}, in the last run", of, registry=registry)
        for name, about in COUNTED.items()
    }
    well = Gauge("annomirror_stream_success", "1 if it went well", of, registry=registry)
    asked = Gauge("annomirror_stream_requests", "Requests sent", of, registry=registry)
    took = Gauge("annomirror_stream_duration_seconds", "How long it took", of, registry=registry)
    for report in streams:
        which = (report.source, report.stream)
        well.labels(*which).set(report.outcome is Outcome.OK)
        asked.labels(*which).set(report.requests)
        took.labels(*which).set(report.seconds)
        for name, gauge in counts.items():
            gauge.labels(*which).set(getattr(report.counts, name))
