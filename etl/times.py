"""Times as the mirror holds them: UTC text with microseconds that sorts as it stands."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any

# The notation of nearly every answer, days that not every month has left out.
_USUAL = re.compile(
    r"[12]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])"
    r"T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z",
    re.ASCII,
).fullmatch


def utc(value: str | None, zone: tzinfo = UTC) -> str | None:
    """Normalise an ISO 8601 time; one without an offset is taken to be in `zone`.

    Of an hour that comes twice there, because summer time ends, that is the first.
    Raises ValueError for anything that is not a time, or not one in UTC's years 1 to 9999.
    """
    if value is None:
        return None
    if _USUAL(value):
        return value[:26].replace("T", " ")
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        return text(moment)
    except OverflowError as error:
        raise ValueError(f"{value!r} is out of range") from error


def text(moment: datetime) -> str:
    """Write an aware time as the mirror holds it (`MOMENT_FORMAT`)."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def parsed(moment: str) -> datetime:
    """Read a time of the mirror."""
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def earlier(moment: str, by: timedelta) -> str:
    """Give the time that lies `by` before `moment`, or the first there is."""
    try:
        return text(parsed(moment) - by)
    except OverflowError:
        return text(datetime.min.replace(tzinfo=UTC))


def later(moment: str, by: timedelta) -> str:
    """Give the time that lies `by` after `moment`, or the last there is."""
    try:
        return text(parsed(moment) + by)
    except OverflowError:
        return text(datetime.max.replace(tzinfo=UTC))


def http_date(value: str | None) -> datetime | None:
    """Read the date of an HTTP header; one without a zone is UTC's, and what is no date is None."""
    try:
        found = parsedate_to_datetime(value or "")
    except (ValueError, OverflowError):  # of a year or a zone that no machine holds
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def seconds_until(retry_after: str | None) -> float | None:
    """Read a Retry-After header: seconds, or an HTTP date."""
    if not retry_after:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    until = http_date(retry_after)
    return max(0.0, (until - datetime.now(UTC)).total_seconds()) if until else None


def recent(before: str | None, moment: str | None, span: timedelta) -> bool:
    """Tell whether two times are less than `span` apart; an unknown one is not.

    One that lies further ahead, of a clock that was wrong, is no more recent than one long past.
    """
    return bool(before and moment) and abs(parsed(str(moment)) - parsed(str(before))) < span


def now() -> str:
    """Give this machine's time, for what is observed here; it never drives a cursor."""
    return text(datetime.now(UTC))


def shown(value: Any) -> Any:
    """Show a time out of a database the same way whichever it is; other values as they are."""
    return text(value) if isinstance(value, datetime) else value
