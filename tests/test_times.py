"""Times as they come and as the mirror holds them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import times
from etl.times import utc


@pytest.mark.parametrize(
    ("given_time", "held"),
    [
        ("2026-11-21T09:44:39.669972Z", "2026-11-21 09:44:39.669972"),
        ("2026-11-21T09:44:39Z", "2026-11-21 09:44:39.000000"),
        ("2026-11-21T09:44:39.5Z", "2026-11-21 09:44:39.500000"),
        ("2026-11-21T09:44:39.669972+08:00", "2026-11-21 01:44:39.669972"),
        ("2026-11-21T00:10:00-03:30", "2026-11-21 03:40:00.000000"),
        ("2026-11-21 09:44:39", "2026-11-21 09:44:39.000000"),
        ("2024-02-29T23:59:59.999999Z", "2024-02-29 23:59:59.999999"),
        (None, None),
    ],
)
def test_a_time_is_held_as_utc_text_with_microseconds(given_time, held):
    assert utc(given_time) == held


def test_a_time_without_offset_is_taken_in_the_servers_zone():
    assert utc("2026-11-21T09:00:00", ZoneInfo("Asia/Shanghai")) == "2026-11-21 01:00:00.000000"


@pytest.mark.parametrize(
    ("zone", "told", "held"),
    [
        ("America/New_York", "2026-11-01T00:59:59", "2026-11-01 04:59:59.000000"),
        ("America/New_York", "2026-11-01T01:30:00", "2026-11-01 05:30:00.000000"),
        ("America/New_York", "2026-11-01T01:30:00-04:00", "2026-11-01 05:30:00.000000"),
        ("America/New_York", "2026-11-01T01:30:00-05:00", "2026-11-01 06:30:00.000000"),
        ("America/New_York", "2026-11-01T02:00:00", "2026-11-01 07:00:00.000000"),
        ("Europe/Berlin", "2026-10-25T01:59:59", "2026-10-24 23:59:59.000000"),
        ("Europe/Berlin", "2026-10-25T02:30:00.000001", "2026-10-25 00:30:00.000001"),
        ("Europe/Berlin", "2026-10-25T02:30:00+01:00", "2026-10-25 01:30:00.000000"),
        ("Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25 02:00:00.000000"),
        ("Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04 14:45:00.000000"),
    ],
)
def test_of_an_hour_that_comes_twice_the_first_is_taken_unless_an_offset_says_which(
    zone, told, held
):
    assert utc(told, ZoneInfo(zone)) == held


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe"])
def test_times_of_the_night_in_which_an_hour_comes_twice_keep_their_order(zone):
    night = {"Australia/Lord_Howe": "2026-04-05", "Europe/Berlin": "2026-10-25"}
    day = night.get(zone, "2026-11-01")
    told = [f"{day}T{minute // 60:02}:{minute % 60:02}:00" for minute in range(240)]
    held = [utc(one, ZoneInfo(zone)) for one in told]
    assert held == sorted(set(held))


@pytest.mark.parametrize(
    "garbage",
    [
        "yesterday",
        "",
        "1700000000",
        "2026-13-01T00:00:00.000000Z",
        "2026-02-30T00:00:00.000000Z",
        "2026-11-21T25:00:00.000000Z",
        "2026-11-21T09:61:00.000000Z",
        "2026-11-21T09:00:99.000000Z",
        "0000-11-21T09:00:00.000000Z",
        "٢٠٢٦-11-21T09:00:00.000000Z",  # Arabic digits are digits to a naive pattern
    ],
)
def test_what_is_not_a_time_is_refused(garbage):
    with pytest.raises(ValueError, match=r".+"):
        utc(garbage)


@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_time_that_utc_cannot_hold_is_refused(edge):
    with pytest.raises(ValueError, match="out of range"):
        utc(edge)


@given(
    moment=st.datetimes(
        min_value=datetime(1000, 1, 2),  # noqa: DTZ001  # hypothesis adds the zone
        max_value=datetime(9998, 12, 30),  # noqa: DTZ001
        timezones=st.timezones(),
    )
)
def test_any_time_is_held_as_the_same_instant(moment):
    assert times.parsed(utc(moment.isoformat())) == moment.astimezone(UTC)


@given(moments=st.lists(st.datetimes(timezones=st.just(UTC)), max_size=5))
def test_held_times_sort_as_text(moments):
    assert sorted(utc(m.isoformat()) for m in moments) == [
        utc(m.isoformat()) for m in sorted(moments)
    ]


def test_earlier_takes_the_lookback_off():
    assert times.earlier("2026-11-21 00:05:00.000001", timedelta(minutes=15)) == (
        "2026-11-20 23:50:00.000001"
    )


def test_earlier_than_all_times_is_the_first_one():
    assert times.earlier("2026-11-21 00:05:00.000001", timedelta(days=999_999)) == (
        "0001-01-01 00:00:00.000000"
    )


def test_now_is_a_time_of_the_mirror():
    assert abs(times.parsed(times.now()) - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Sat, 21 Nov 2026 12:00:00 GMT", "2026-11-21 12:00:00.000000"),
        ("Sat, 21 Nov 2026 12:00:00 -0000", "2026-11-21 12:00:00.000000"),
        ("Sat, 21 Nov 2026 14:00:00 +0200", "2026-11-21 12:00:00.000000"),
    ],
)
def test_a_header_s_date_is_utc_s_unless_it_says_otherwise(said, found):
    assert times.text(times.http_date(said)) == found


@pytest.mark.parametrize(
    "said",
    [
        None,
        "",
        "yesterday",
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Sat, 21 Nov 2026 12:00:00 +99999999999999999999",
    ],
)
def test_what_is_no_date_is_none(said):
    assert times.http_date(said) is None


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ("2026-11-21 11:00:00.000000", True),
        ("2026-11-20 12:00:00.000000", False),
        ("2026-11-21 12:00:05.000000", True),
        ("2028-01-01 00:00:00.000000", False),
        (None, False),
    ],
)
def test_what_a_wrong_clock_put_far_ahead_is_not_recent(before, found):
    assert times.recent(before, "2026-11-21 12:00:00.000000", timedelta(days=1)) is found
