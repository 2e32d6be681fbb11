"""The ways in which one family of endpoints writes a time, and the ways it writes none."""

from datetime import UTC, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))
NEVER = ""
DASH = "-"
GO_ZERO = "0001-01-01T00:00:00Z"
SQL_ZERO = "0000-00-00T00:00:00Z"


def naive(moment: datetime) -> str:
    """Write `2023-11-08 10:44:21`: local time that does not say so."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def offset(moment: datetime) -> str:
    """Write `2024-01-16T18:38:08+08:00`."""
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds")


def nine_digits(moment: datetime) -> str:
    """Write `2023-10-25T16:16:38.430058683+08:00`, as Go does."""
    text = moment.astimezone(SHANGHAI).isoformat(timespec="microseconds")
    return f"{text[:26]}683{text[26:]}"


def zulu(moment: datetime) -> str:
    """Write `2024-01-29T16:24:32Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local_zulu(moment: datetime) -> str:
    """Write local time with a `Z` that is not true, as finished batch inferences have."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M:%SZ")
