"""Times as the mirror holds them: UTC text with microseconds that sorts as it stands."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from etl.tables import MOMENT_FORMAT

_USUAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z").fullmatch


def utc(value: str | None, zone: tzinfo = UTC) -> str | None:
    """Normalise an ISO 8601 time; one without an offset is taken to be in `zone`.

    Raises ValueError for anything that is not a time.
    """
    if value is None:
        return None
    if _USUAL(value):
        return f"{value[:10]} {value[11:26]}"
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC).strftime(MOMENT_FORMAT)


def parsed(moment: str) -> datetime:
    """Read a time of the mirror."""
    return datetime.strptime(moment, MOMENT_FORMAT).replace(tzinfo=UTC)


def earlier(moment: str, by: timedelta) -> str:
    """Give the time that lies `by` before `moment`."""
    return (parsed(moment) - by).strftime(MOMENT_FORMAT)


def now() -> str:
    """Give this machine's time, for what is observed here; it never drives a cursor."""
    return datetime.now(UTC).strftime(MOMENT_FORMAT)
